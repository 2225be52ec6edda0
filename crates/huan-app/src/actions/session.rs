//! Signing in and out, and who a session or token stands for.
//!
//! A session's secret lives only in the browser's cookie; the database keeps its hash.

use std::sync::Arc;

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use huan_core::{
    history::{Source, Subject},
    i18n::Language,
    id::{Id, PersonId},
    person::Person,
};
use huan_store::{Conn, Session, Token};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};

use super::input;
use crate::{
    app::App,
    caller::Caller,
    error::{ActionError, FieldProblem},
    work::Work,
};

/// How long a session lasts after it was last used.
pub const LASTS: SignedDuration = SignedDuration::from_hours(14 * 24);
/// A session's use is noted at most this often.
const NOTED_EVERY: SignedDuration = SignedDuration::from_hours(1);
/// The shortest password, in characters.
pub const SHORTEST_PASSWORD: usize = 10;
/// The longest password, in characters: hashing takes time that grows with it.
const LONGEST_PASSWORD: usize = 200;
/// What precedes the secret of a bearer token, so that scanners for leaked secrets know it.
pub const TOKEN_PREFIX: &str = "huan_";

/// A secret that is told once; the database has only its hash.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// 32 random bytes, behind `prefix`.
    pub fn new(app: &App, prefix: &str) -> Self {
        let mut bytes = [0_u8; 32];
        app.entropy.fill(&mut bytes);
        Self(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// The secret in clear.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The hash that is kept. The secret has 256 random bits, so a fast hash is enough.
    pub fn hash(&self) -> String {
        hash(&self.0)
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

/// The hash by which a secret is found.
pub(super) fn hash(secret: &str) -> String {
    hex::encode(Sha256::digest(secret.as_bytes()))
}

/// A session that has just begun.
#[derive(Debug)]
pub struct Begun {
    /// Whose it is.
    pub person: Person,
    /// What the browser keeps.
    pub secret: Secret,
    /// When it ends unless it is used.
    pub expires_at: Timestamp,
}

/// Somebody known by a session or a token.
#[derive(Debug, Clone)]
pub struct Known {
    /// The person.
    pub person: Person,
    /// What they may do and how they are spoken to.
    pub caller: Caller,
}

/// Begins a session for whoever knows the password.
///
/// # Errors
/// [`ActionError::WrongCredentials`] for an unknown address, a wrong password, and a person who has left alike.
pub async fn sign_in(app: &App, mail: &str, password: &str, user_agent: &str) -> Result<Begun, ActionError> {
    let (person, known) = {
        let mut conn = app.db.read().await?;
        let person = conn.person_by_mail(&app.workspace, mail.trim()).await?;
        let known = match &person {
            Some(person) => conn.password_hash(&app.workspace, &person.id).await?,
            None => None,
        };
        (person, known)
    };
    // An unknown address takes as long as a wrong password, so that addresses cannot be guessed by the clock.
    let right = verify(password, known).await?;
    let person = person.filter(|_| right).ok_or(ActionError::WrongCredentials)?;
    Caller::of(&person, Source::Web, app.now()).ok_or(ActionError::WrongCredentials)?;
    let mut work = app.begin_as_huan().await?;
    let begun = begin(&mut work, person, user_agent).await?;
    work.commit().await?;
    Ok(begun)
}

/// Begins a session.
pub(crate) async fn begin(work: &mut Work<'_>, person: Person, user_agent: &str) -> Result<Begun, ActionError> {
    let secret = Secret::new(work.app, "");
    let expires_at = work.now + LASTS;
    let session = Session {
        workspace: work.app.workspace.clone(),
        id: work.new_id(),
        hash: secret.hash(),
        person: person.id.clone(),
        user_agent: user_agent.chars().take(200).collect(),
        created_at: work.now,
        seen_at: work.now,
        expires_at,
    };
    work.tx.insert_session(&session).await?;
    Ok(Begun { person, secret, expires_at })
}

/// Who a session's secret stands for.
///
/// # Errors
/// When the database fails.
pub async fn by_session(app: &App, conn: &mut Conn, secret: &str) -> Result<Option<(Session, Known)>, ActionError> {
    let now = app.now();
    let Some(session) = conn.session_by_hash(&hash(secret), now).await? else { return Ok(None) };
    let known = known(app, conn, &session.person, Source::Web, now).await?;
    Ok(known.map(|known| (session, known)))
}

/// Who a bearer token stands for.
///
/// # Errors
/// When the database fails.
pub async fn by_token(app: &App, conn: &mut Conn, secret: &str) -> Result<Option<(Token, Known)>, ActionError> {
    let now = app.now();
    let Some(token) = conn.token_by_hash(&hash(secret), now).await? else { return Ok(None) };
    let known = known(app, conn, &token.person, Source::Api, now).await?;
    Ok(known.map(|known| (token, known)))
}

async fn known(
    app: &App,
    conn: &mut Conn,
    person: &PersonId,
    source: Source,
    now: Timestamp,
) -> Result<Option<Known>, ActionError> {
    let Some(person) = conn.person(&app.workspace, person).await? else { return Ok(None) };
    let caller = Caller::of(&person, source, now);
    Ok(caller.map(|caller| Known { person, caller }))
}

/// Notes that a session is in use, now and then, and lets it last on from now. Says until when, if it was noted.
///
/// # Errors
/// When the database fails.
pub async fn keep_alive(app: &App, session: &Session) -> Result<Option<Timestamp>, ActionError> {
    let now = app.now();
    if now.duration_since(session.seen_at) < NOTED_EVERY {
        return Ok(None);
    }
    let mut tx = app.db.write().await?;
    tx.session_seen(&app.workspace, &session.id, now, now + LASTS).await?;
    tx.commit().await?;
    Ok(Some(now + LASTS))
}

/// Notes that a token is in use, now and then.
///
/// # Errors
/// When the database fails.
pub async fn note_token(app: &App, token: &Token) -> Result<(), ActionError> {
    let now = app.now();
    if token.used_at.is_some_and(|used| now.duration_since(used) < NOTED_EVERY) {
        return Ok(());
    }
    let mut tx = app.db.write().await?;
    tx.token_used(&app.workspace, &token.id, now).await?;
    Ok(tx.commit().await?)
}

/// Ends a session.
///
/// # Errors
/// When the database fails.
pub async fn sign_out(app: &App, session: &Session) -> Result<(), ActionError> {
    let mut tx = app.db.write().await?;
    tx.end_session(&app.workspace, &session.id).await?;
    Ok(tx.commit().await?)
}

/// Hashes a new password. Takes tens of milliseconds of a processor, on a thread of its own.
///
/// # Errors
/// When it is too short or too long.
pub async fn hash_password(app: &App, password: &str) -> Result<String, ActionError> {
    match password.chars().count() {
        0 => return Err(ActionError::field("password", "required")),
        1..SHORTEST_PASSWORD => return Err(limit("too_short", SHORTEST_PASSWORD)),
        SHORTEST_PASSWORD..=LONGEST_PASSWORD => {}
        _ => return Err(limit("too_long", LONGEST_PASSWORD)),
    }
    let mut salt = [0_u8; 16];
    app.entropy.fill(&mut salt);
    let password = password.to_owned();
    let hashed = tokio::task::spawn_blocking(move || {
        Argon2::default().hash_password_with_salt(password.as_bytes(), &salt).map(|hash| hash.to_string())
    });
    let hashed = hashed.await.map_err(|error| ActionError::Internal(error.to_string()))?;
    hashed.map_err(|error| ActionError::Internal(error.to_string()))
}

fn limit(code: &'static str, limit: usize) -> ActionError {
    ActionError::Invalid(vec![FieldProblem { field: "password", code, limit: Some(limit) }])
}

/// A hash that no password has, for addresses that nobody has.
static NOBODYS: std::sync::LazyLock<Arc<str>> = std::sync::LazyLock::new(|| {
    let hash = Argon2::default().hash_password_with_salt(b"nobody", &[0_u8; 16]);
    hash.map(|hash| hash.to_string()).unwrap_or_default().into()
});

async fn verify(password: &str, known: Option<String>) -> Result<bool, ActionError> {
    if password.chars().count() > LONGEST_PASSWORD {
        return Ok(false);
    }
    let password = password.to_owned();
    let verified = tokio::task::spawn_blocking(move || {
        let text = known.as_deref().unwrap_or(&NOBODYS);
        let right = PasswordHash::new(text)
            .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok());
        right && known.is_some()
    });
    verified.await.map_err(|error| ActionError::Internal(error.to_string()))
}

/// A person's mail address as a name to sign in with.
///
/// # Errors
/// When it is missing, malformed or too long.
pub fn mail(given: &str) -> Result<String, ActionError> {
    let mail = input::text("mail", given, input::SHORT)?;
    let well_formed = mail.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && host.contains('.') && !mail.contains(char::is_whitespace) && !host.contains('@')
    });
    if well_formed { Ok(mail) } else { Err(ActionError::field("mail", "malformed")) }
}

/// An id that a secret's row gets.
pub(super) fn new_id<K: huan_core::id::Kind>(app: &App) -> Id<K> {
    Id::new(&*app.time, &*app.entropy)
}

/// Changes the caller's own language.
///
/// # Errors
/// When the database fails.
pub async fn set_language(work: &mut Work<'_>, language: Language) -> Result<(), ActionError> {
    let id = work.caller()?.person().clone();
    let mut person = work.person(&id, "person").await?;
    if person.language != language {
        person.language = language;
        work.tx.update_person(&work.app.workspace, &mut person).await?;
        work.show(&Subject::Person(id), None);
    }
    Ok(())
}
