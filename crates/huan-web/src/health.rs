//! Whether the program lives, and whether it can be given work.

use axum::{extract::State, http::StatusCode};

use crate::{problem::Problem, state::Web};

/// `GET /healthz`: the process answers.
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: the database answers and its schema is this program's.
pub(crate) async fn readyz(State(web): State<Web>) -> Result<&'static str, Problem> {
    let ready = async {
        let mut conn = web.app.db.read().await?;
        conn.workspace(&web.app.workspace).await
    };
    match ready.await {
        Ok(Some(_)) => Ok("ready\n"),
        Ok(None) => Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable")),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable"))
        }
    }
}
