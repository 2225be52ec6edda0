//! Buttons that whoever runs the simulators adds to their page, such as those of a demonstration. What they do happens
//! outside of the simulators.

use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

/// A button.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scene {
    /// What is told when it is pressed.
    pub key: String,
    /// What stands on it.
    pub name: String,
    /// What will happen.
    pub explanation: String,
}

/// The buttons, and who is told when one is pressed.
#[derive(Debug, Clone)]
pub struct Scenes {
    /// The buttons in their order.
    pub buttons: Vec<Scene>,
    /// Is sent the key of a button that was pressed.
    pub pressed: mpsc::UnboundedSender<String>,
}
