//! Cards in the form of Huan's template (see `docs/platforms/dingtalk.md` for how the template is built), and the
//! plain form for those who have none.

mod simple;
mod template;
mod value;

pub(super) use simple::SimpleCard;
pub(super) use template::{Variables, variables};
pub(super) use value::PressValue;
