//! `huan token`: tokens by which programs act on a person's behalf.

use anyhow::Context as _;
use huan_app::{App, actions::token};
use huan_core::{
    i18n::{Language, text},
    person::Person,
};

use crate::{cli::TokenAction, config::Config, open, output};

/// Makes, lists or calls back tokens.
pub(crate) async fn run(config: &Config, action: TokenAction, language: Language) -> anyhow::Result<()> {
    let app = open::app(config).await?;
    let done = carry_out(&app, action, language).await;
    app.db.close().await;
    done
}

async fn carry_out(app: &App, action: TokenAction, language: Language) -> anyhow::Result<()> {
    match action {
        TokenAction::Create { mail, name, expires_at } => {
            let person = person_by_mail(app, &mail, language).await?;
            let mut work = app.begin_as_huan().await?;
            let made = token::create_for(&mut work, person.id, &name, expires_at).await;
            let (token, secret) = made.map_err(|error| anyhow::anyhow!(error.words(language)))?;
            work.commit().await?;
            output::line(&text(language, "program.token.made", &[("id", &token.id)]))?;
            output::line(secret.reveal())?;
        }
        TokenAction::List => list(app, language).await?,
        TokenAction::Revoke { id } => {
            let mut work = app.begin_as_huan().await?;
            let revoked = work.tx.revoke_token(&app.workspace, &id, work.now).await?;
            work.commit().await?;
            anyhow::ensure!(revoked, text(language, "program.token.unknown", &[("id", &id)]));
            output::line(&text(language, "program.token.revoked", &[("id", &id)]))?;
        }
    }
    Ok(())
}

async fn list(app: &App, language: Language) -> anyhow::Result<()> {
    let mut conn = app.db.read().await?;
    let people = conn.people(&app.workspace).await?;
    for token in conn.tokens(&app.workspace).await? {
        let person = people.iter().find(|person| person.id == token.person).map_or("", |person| person.name.as_str());
        let state = if token.revoked_at.is_some() {
            "revoked_state"
        } else if token.expires_at.is_some_and(|at| at <= app.now()) {
            "expired"
        } else {
            "good"
        };
        let state = text(language, &format!("program.token.{state}"), &[]);
        output::line(&format!("{}\t{}\t{person}\t{state}", token.id, token.name))?;
    }
    Ok(())
}

/// The person with this mail address.
pub(crate) async fn person_by_mail(app: &App, mail: &str, language: Language) -> anyhow::Result<Person> {
    let found = app.db.read().await?.person_by_mail(&app.workspace, mail).await?;
    found.with_context(|| text(language, "program.user.unknown", &[("mail", &mail)]))
}
