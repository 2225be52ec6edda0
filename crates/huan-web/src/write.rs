//! Writes: once per idempotency key, with the answer kept in the transaction of the write itself.

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use huan_app::error::ActionError;
use huan_store::KeyTaken;
use serde::Serialize;

use crate::{
    auth::SignedIn,
    input::Replay,
    problem::Problem,
    state::{Web, Write},
};

/// Why a write is not carried out.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// It cannot be.
    Problem(Box<Problem>),
    /// It was before, under the same key; this is the answer it got.
    Answered(Box<Response>),
}

impl Refusal {
    /// Why a step was refused; where the thing had another version or state than was expected, with the thing as it is now.
    pub(crate) async fn of_step<V: Serialize>(
        error: ActionError,
        current: impl Future<Output = Result<V, ActionError>>,
    ) -> Self {
        if !matches!(error.code(), "version_conflict" | "wrong_state") {
            return error.into();
        }
        match current.await {
            Ok(current) => Problem::from(error).with_current(&current).into(),
            Err(_) => error.into(),
        }
    }
}

impl<P: Into<Problem>> From<P> for Refusal {
    fn from(problem: P) -> Self {
        Self::Problem(Box::new(problem.into()))
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::Problem(problem) => problem.into_response(),
            Self::Answered(response) => *response,
        }
    }
}

impl Web {
    /// Begins a write on behalf of whoever is signed in.
    ///
    /// # Errors
    /// When the same write was answered before, or its key belongs to another one.
    pub(crate) async fn write<'a>(&'a self, signed_in: &SignedIn, replay: Replay) -> Result<Write<'a>, Refusal> {
        let mut work = self.app.begin(&signed_in.caller).await?;
        if let Some(key) = &replay.key {
            let person = signed_in.caller.person();
            new(work.tx.take_key(&self.app.workspace, person, key, &replay.request, work.now).await?)?;
        }
        Ok(Write::new(work, &signed_in.known, replay.key))
    }

    /// Refuses a write that was answered before, ahead of what it asks of others: a platform is asked outside any
    /// transaction, and not again for a repetition.
    ///
    /// # Errors
    /// As [`Self::write`], which is to follow.
    pub(crate) async fn not_yet_answered(&self, signed_in: &SignedIn, replay: &Replay) -> Result<(), Refusal> {
        let Some(key) = &replay.key else { return Ok(()) };
        let mut conn = self.app.db.read().await?;
        new(conn.key(&self.app.workspace, signed_in.caller.person(), key, &replay.request).await?)
    }
}

/// Lets only a key pass under which nothing was answered yet.
fn new(taken: KeyTaken) -> Result<(), Refusal> {
    match taken {
        KeyTaken::New => Ok(()),
        KeyTaken::Answered { status, answer } => Err(Refusal::Answered(Box::new(stored(status, answer)))),
        KeyTaken::Other => Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "idempotency_mismatch").into()),
    }
}

impl Write<'_> {
    /// Keeps everything together with the answer, and gives the answer.
    ///
    /// # Errors
    /// When nothing was kept.
    pub(crate) async fn finish(self, status: StatusCode, answer: &impl Serialize) -> Result<Response, Refusal> {
        let text = serde_json::to_string(answer).map_err(|error| ActionError::Internal(error.to_string()))?;
        self.keep(status, text).await
    }

    /// Keeps everything; there is nothing to say about it.
    ///
    /// # Errors
    /// When nothing was kept.
    pub(crate) async fn finish_silently(self) -> Result<Response, Refusal> {
        self.keep(StatusCode::NO_CONTENT, String::new()).await
    }

    async fn keep(self, status: StatusCode, text: String) -> Result<Response, Refusal> {
        let (mut work, caller, key) = self.into_parts();
        if let Some(key) = key {
            let workspace = &work.app.workspace;
            work.tx.answer_key(workspace, caller.person(), &key, status.as_u16(), &text).await?;
        }
        work.commit().await?;
        Ok(stored(status.as_u16(), text))
    }
}

fn stored(status: u16, text: String) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    if text.is_empty() {
        return status.into_response();
    }
    let mut response = (status, Body::from(text)).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
