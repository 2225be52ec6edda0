//! The use cases, one file each. Web page, chat command, card button and signed link all come here.

pub mod create_record;
pub mod create_task;
pub mod edit_record;
pub mod edit_task;
pub mod follow_up;
pub mod input;
pub mod session;
pub mod setup;
pub mod task_steps;
pub mod token;
