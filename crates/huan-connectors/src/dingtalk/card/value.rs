//! What a button of the template carries: the subject and, for a form, which input is which.

use huan_core::card::Input;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::lenient::Lenient;

/// The ids of the template's inputs, in their order.
pub(super) const SLOTS: [&str; 3] = ["input1", "input2", "input3"];

/// The opaque value of a button. One without inputs is just its subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::dingtalk) struct PressValue {
    /// The thing acted on.
    #[serde(rename = "of")]
    pub(in crate::dingtalk) subject: String,
    /// The names of the inputs, in the order of the template's slots.
    #[serde(rename = "in", default)]
    names: Vec<String>,
}

impl PressValue {
    /// The value of a form's button.
    pub(super) fn of_form(subject: &str, inputs: &[Input]) -> String {
        let names = inputs.iter().map(|input| input.name.clone()).collect();
        serde_json::to_string(&Self { subject: subject.to_owned(), names }).unwrap_or_default()
    }

    /// Reads a value back.
    pub(in crate::dingtalk) fn read(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_else(|_| Self { subject: text.to_owned(), names: Vec::new() })
    }

    /// The inputs under their own names.
    pub(in crate::dingtalk) fn inputs(&self, params: &Value) -> Vec<(String, String)> {
        self.names
            .iter()
            .zip(SLOTS)
            .map(|(name, slot)| (name.clone(), params.text(slot).unwrap_or_default().trim().to_owned()))
            .collect()
    }
}
