//! People and departments that change on a platform (A3, I7).

use huan_connect::DirectoryNews;
use huan_core::platform::ForeignUser;
use huan_store::InboxEvent;

use crate::{
    app::{App, OpenAccount},
    directory::{imports, leavers},
    error::ActionError,
    work::Work,
};

/// Carries out what a contact event says. Whoever changed is read anew by a worker, since many events name them only.
pub(super) async fn hear(
    app: &App,
    account: &OpenAccount,
    news: &DirectoryNews,
    event: Option<&InboxEvent>,
) -> Result<(), ActionError> {
    let mut work = app.begin_for(event).await?;
    match news {
        DirectoryNews::Everything => imports::reconcile_soon(&mut work, &account.id).await?,
        DirectoryNews::People(people) => {
            let sources = work.tx.directory_sources(&app.workspace).await?;
            if sources.iter().any(|source| source.account == account.id && source.in_step) {
                for user in people {
                    work.tx.ask_directory_anew(&app.workspace, &account.id, user, work.now).await?;
                }
            }
        }
        DirectoryNews::Left(people) => {
            for user in people {
                left(&mut work, account, user).await?;
            }
        }
    }
    work.commit().await
}

async fn left(work: &mut Work<'_>, account: &OpenAccount, user: &ForeignUser) -> Result<(), ActionError> {
    let workspace = &work.app.workspace;
    let Some(identity) = work.tx.identity_of(workspace, &account.id, user).await? else { return Ok(()) };
    let Some(person) = identity.person else {
        // Nobody waits any more to be told who that is.
        work.tx.remove_identity(workspace, &identity.id).await?;
        work.tx.remove_directory_entry(workspace, Some(&account.id), identity.user.as_str()).await?;
        return Ok(());
    };
    let elsewhere = work.tx.identities_of(workspace, &person).await?.iter().any(|one| one.account != account.id);
    if elsewhere {
        leavers::part(work, &person, Some(&account.id)).await
    } else {
        leavers::notice(work, &person, Some(&account.id)).await
    }
}
