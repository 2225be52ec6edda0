//! The use cases, one file each. Web page, chat command, card button and signed link all come here.

pub mod accounts;
pub mod calendar;
pub mod channels;
pub mod collaborations;
pub mod create_record;
pub mod create_task;
pub mod departments;
pub mod edit_record;
pub mod edit_task;
pub mod emergencies;
pub mod fault_reports;
pub mod follow_up;
pub mod identities;
pub mod input;
pub mod leaving;
pub mod members;
pub mod people;
pub mod plan_templates;
pub mod problems;
pub mod session;
pub mod setup;
pub mod situations;
pub mod task_binding;
mod task_mapping;
pub mod task_steps;
pub mod token;
