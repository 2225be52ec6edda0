//! Who calls: a browser by its session cookie, a program by its bearer token.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts},
};
use huan_app::actions::session::{self, Known, Secret, TOKEN_PREFIX};
use huan_store::Session;
use jiff::Timestamp;

use crate::{
    problem::{Problem, SignedInLanguage},
    state::Web,
};

/// The name of the session's cookie.
const COOKIE: &str = "huan_session";
/// The header by which a browser's page shows that it makes the request itself: another site cannot set it.
const CSRF: &str = "x-huan-csrf";

/// Somebody who is signed in.
#[derive(Debug, Clone)]
pub(crate) struct SignedIn {
    /// Who.
    pub known: Known,
    /// The session; none for a program with a token.
    pub session: Option<Session>,
}

impl std::ops::Deref for SignedIn {
    type Target = Known;
    fn deref(&self) -> &Known {
        &self.known
    }
}

impl FromRequestParts<Web> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Problem> {
        let writes = !matches!(parts.method, Method::GET | Method::HEAD);
        let signed_in = match bearer(&parts.headers) {
            Some(token) => by_token(web, token).await?,
            None => by_cookie(web, &parts.headers, writes).await?,
        };
        if let Some(language) = parts.extensions.get::<SignedInLanguage>() {
            language.set(signed_in.caller.language);
        }
        tracing::Span::current().record("person", signed_in.caller.person().as_str());
        Ok(signed_in)
    }
}

async fn by_token(web: &Web, token: &str) -> Result<SignedIn, Problem> {
    if !token.starts_with(TOKEN_PREFIX) {
        return Err(Problem::not_signed_in());
    }
    let found = session::by_token(&web.app, &mut web.app.db.read().await?, token).await?;
    let (token, known) = found.ok_or_else(Problem::not_signed_in)?;
    session::note_token(&web.app, &token).await?;
    Ok(SignedIn { known, session: None })
}

async fn by_cookie(web: &Web, headers: &HeaderMap, writes: bool) -> Result<SignedIn, Problem> {
    let secret = cookie(headers).ok_or_else(Problem::not_signed_in)?;
    let found = session::by_session(&web.app, &mut web.app.db.read().await?, secret).await?;
    let (session, known) = found.ok_or_else(Problem::not_signed_in)?;
    if writes && !headers.contains_key(CSRF) {
        return Err(Problem::new(StatusCode::FORBIDDEN, "csrf_missing"));
    }
    session::keep_alive(&web.app, &session).await?;
    Ok(SignedIn { known, session: Some(session) })
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(name, value)| (name == COOKIE).then_some(value))
}

/// The cookie that a browser keeps for a session. It outlives the session's end without use, which the database decides.
pub(crate) fn set_cookie(web: &Web, secret: &Secret) -> HeaderValue {
    let lifetime = 60 * 60 * 24 * 90;
    cookie_value(web, secret.reveal(), lifetime)
}

/// What has a browser forget its session.
pub(crate) fn clear_cookie(web: &Web) -> HeaderValue {
    cookie_value(web, "", 0)
}

fn cookie_value(web: &Web, value: &str, lifetime: u32) -> HeaderValue {
    let secure = if web.is_secure() { "; Secure" } else { "" };
    let text = format!("{COOKIE}={value}; Path=/; Max-Age={lifetime}; HttpOnly; SameSite=Lax{secure}");
    let mut value = HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""));
    value.set_sensitive(true);
    value
}

/// Whether the session of a stream that has been open for a while is still good, and who it stands for now.
pub(crate) async fn still_signed_in(web: &Web, signed_in: &SignedIn, now: Timestamp) -> Option<Known> {
    let mut conn = web.app.db.read().await.ok()?;
    if let Some(session) = &signed_in.session {
        conn.session_by_hash(&session.hash, now).await.ok()??;
    }
    let person = conn.person(&web.app.workspace, &signed_in.person.id).await.ok()??;
    let caller = huan_app::Caller::of(&person, signed_in.caller.source.clone(), now)?;
    Some(Known { person, caller })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, "a=1; huan_session=xyz; b=2".parse().unwrap());
        assert_eq!(cookie(&headers), Some("xyz"));
        assert_eq!(bearer(&headers), None);
        headers.insert(header::AUTHORIZATION, "bearer huan_abc".parse().unwrap());
        assert_eq!(bearer(&headers), Some("huan_abc"));
    }
}
