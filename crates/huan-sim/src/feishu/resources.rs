//! Uploading pictures and files (Feishu §3.1).

use std::sync::Arc;

use axum::extract::State;
use axum::extract::multipart::Multipart;
use serde_json::json;

use super::Feishu;
use super::error::{ApiError, ApiResult, success};
use super::token::Caller;
use crate::lock::lock;

const IMAGE_LIMIT: usize = 10 * 1024 * 1024;
const FILE_LIMIT: usize = 30 * 1024 * 1024;
const FILE_TYPES: [&str; 7] = ["opus", "mp4", "pdf", "doc", "xls", "ppt", "stream"];

/// The fields of an upload that are texts, and the size of the one that is the content.
struct Upload {
    texts: Vec<(String, String)>,
    size: Option<usize>,
}

impl Upload {
    async fn read(mut form: Multipart, content: &str) -> Result<Self, ApiError> {
        let broken = || ApiError::new(234001, "Invalid request param.");
        let mut upload = Self { texts: Vec::new(), size: None };
        while let Some(field) = form.next_field().await.map_err(|_| broken())? {
            let name = field.name().unwrap_or_default().to_owned();
            if name == content {
                upload.size = Some(field.bytes().await.map_err(|_| broken())?.len());
            } else {
                upload.texts.push((name, field.text().await.map_err(|_| broken())?));
            }
        }
        Ok(upload)
    }

    fn text(&self, name: &str) -> &str {
        self.texts.iter().find(|(known, _)| known == name).map_or("", |(_, text)| text)
    }

    fn check_size(&self, most: usize) -> Result<(), ApiError> {
        match self.size {
            None => Err(ApiError::new(234001, "Invalid request param.")),
            Some(0) => Err(ApiError::new(234010, "File's size can't be 0.")),
            Some(size) if size > most => Err(ApiError::new(234006, "The file size exceed the max value.")),
            Some(_) => Ok(()),
        }
    }
}

/// `POST /open-apis/im/v1/images`
pub(super) async fn image(State(feishu): State<Arc<Feishu>>, _: Caller, form: Multipart) -> ApiResult {
    let upload = Upload::read(form, "image").await?;
    if !matches!(upload.text("image_type"), "message" | "avatar") {
        return Err(ApiError::field("image_type", upload.text("image_type"), "image_type is message or avatar"));
    }
    upload.check_size(IMAGE_LIMIT)?;
    let key = format!("img_v3_{}", feishu.shell.random.hex::<16>());
    lock(&feishu.model).resources.insert(key.clone());
    success(json!({"image_key": key}))
}

/// `POST /open-apis/im/v1/files`
pub(super) async fn file(State(feishu): State<Arc<Feishu>>, _: Caller, form: Multipart) -> ApiResult {
    let upload = Upload::read(form, "file").await?;
    if !FILE_TYPES.contains(&upload.text("file_type")) {
        return Err(ApiError::field(
            "file_type",
            upload.text("file_type"),
            "file_type is not one of the allowed values",
        ));
    }
    if upload.text("file_name").is_empty() {
        return Err(ApiError::required("file_name"));
    }
    upload.check_size(FILE_LIMIT)?;
    let key = format!("file_v3_{}", feishu.shell.random.hex::<16>());
    lock(&feishu.model).resources.insert(key.clone());
    success(json!({"file_key": key}))
}
