//! One run over one mirror: first the edits that come back, then the rows, then the pages.

use std::collections::BTreeMap;

use huan_connect::{Certainty, Documents, PageKind, PageOutline, SendError, Tables};
use huan_core::{
    i18n::{Language, text},
    mirror::{Mirror, PageIdentity, PagePiece, Piece},
};
use jiff::Timestamp;

use super::{Trouble, content};
use crate::app::{App, OpenAccount};

/// The key of the page that everything else stands below.
pub(crate) const ROOT: &str = "page/home";
/// The key of the page that holds the tables.
pub(crate) const BASE: &str = "page/base";

/// What a run needs.
pub(super) struct Pass<'a> {
    pub(super) app: &'a App,
    pub(super) account: OpenAccount,
    pub(super) mirror: Mirror,
    pub(super) pieces: BTreeMap<String, Piece>,
    /// How many calls were made that change something there.
    pub(super) calls: u32,
    /// When it ends and leaves the rest to the next run.
    pub(super) until: Timestamp,
}

/// Writes one mirror; gives how many calls that took.
pub(super) async fn run(app: &App, claimed: &Mirror, until: Timestamp) -> Result<u32, Trouble> {
    let closed = || Trouble::later("mirror.reason.account_closed", "");
    let account = app.account(&claimed.account).ok_or_else(closed)?;
    let pieces = app.db.read().await?.mirror_pieces(&app.workspace, &claimed.id).await?;
    let mut pass = Pass { app, account, mirror: claimed.clone(), pieces, calls: 0, until };
    let name = content::name(app, &claimed.collaboration).await?;
    let title = text(Language::default(), "mirror.title", &[("name", &name)]);
    let root = pass.page(ROOT, &title, None, PageKind::Document).await?;
    let title = text(Language::default(), "mirror.page.base", &[]);
    let base = pass.page(BASE, &title, Some(&root), PageKind::Tables).await?;
    for sheet in [content::Sheet::Records, content::Sheet::Tasks] {
        pass.table(sheet, &base.content).await?;
    }
    for page in content::pages(app, &claimed.collaboration).await? {
        let identity = match page.key.as_str() {
            ROOT => root.clone(),
            _ => pass.page(&page.key, &page.title, Some(&root), PageKind::Document).await?,
        };
        pass.blocks(&page, &identity).await?;
    }
    Ok(pass.calls)
}

impl Pass<'_> {
    pub(super) fn documents(&self) -> Result<&dyn Documents, Trouble> {
        self.account.live.documents().ok_or_else(|| Trouble::never("mirror.reason.no_spaces", ""))
    }

    pub(super) fn tables(&self) -> Result<&dyn Tables, Trouble> {
        self.account.live.tables().ok_or_else(|| Trouble::never("mirror.reason.no_spaces", ""))
    }

    /// Ends a run that takes too long: what it did is kept, and the next one goes on from there.
    pub(super) fn check_time(&self) -> Result<(), Trouble> {
        if self.app.now() < self.until { Ok(()) } else { Err(Trouble::later("mirror.reason.goes_on", "")) }
    }

    /// Writes down what is known of some pieces.
    pub(super) async fn save(&mut self, pieces: Vec<(String, Piece)>) -> Result<(), Trouble> {
        if pieces.is_empty() {
            return Ok(());
        }
        let mut tx = self.app.db.write().await?;
        if tx.lock_mirror(&self.app.workspace, &self.mirror.id).await?.is_none() {
            return Err(Trouble::never("mirror.reason.internal", "the mirror was taken away"));
        }
        for (key, piece) in &pieces {
            tx.save_piece(&self.app.workspace, &self.mirror.id, key, piece).await?;
        }
        tx.commit().await?;
        self.pieces.extend(pieces);
        Ok(())
    }

    pub(super) fn page_piece(&self, key: &str) -> PagePiece {
        match self.pieces.get(key) {
            Some(Piece::Page(page)) => page.clone(),
            _ => PagePiece::default(),
        }
    }

    /// The page with our key; it is made when there is none.
    ///
    /// Making is written down before it is tried, since the platform knows no key of it again: when it is not known how that ended,
    /// a page of that title that is none of ours is taken to be it.
    async fn page(
        &mut self,
        key: &str,
        title: &str,
        above: Option<&PageIdentity>,
        kind: PageKind,
    ) -> Result<PageIdentity, Trouble> {
        let mut piece = self.page_piece(key);
        if let Some(identity) = piece.identity.clone() {
            if piece.title != title {
                self.rename(key, piece, &identity, title).await?;
            }
            return Ok(identity);
        }
        self.check_time()?;
        let space = self.mirror.space.clone();
        let above = above.map(|above| above.page.clone());
        let mut found = None;
        if piece.making {
            let there = self.documents()?.pages(&space, above.as_ref()).await?;
            found = there
                .into_iter()
                .find(|page| page.title == piece.title && page.kind == Some(kind) && !self.is_ours(page));
        }
        let made = match found {
            Some(found) => found,
            None => {
                piece.making = true;
                title.clone_into(&mut piece.title);
                self.save(vec![(key.to_owned(), Piece::Page(piece.clone()))]).await?;
                self.calls += 1;
                let made = self.documents()?.make_page(&space, above.as_ref(), title, kind).await;
                match made {
                    Ok(made) => made,
                    Err(error) => {
                        if error.certainty == Certainty::NotSent {
                            piece.making = false;
                            self.save(vec![(key.to_owned(), Piece::Page(piece))]).await?;
                        }
                        return Err(error.into());
                    }
                }
            }
        };
        let identity = PageIdentity { page: made.id, content: made.content };
        piece.identity = Some(identity.clone());
        piece.making = false;
        self.save(vec![(key.to_owned(), Piece::Page(piece))]).await?;
        if kind == PageKind::Tables {
            let mut tx = self.app.db.write().await?;
            tx.set_mirror_base(&self.app.workspace, &self.mirror.id, &identity.content).await?;
            tx.commit().await?;
            self.calls += 1;
            self.subscribe(&identity).await;
        }
        Ok(identity)
    }

    /// Gives a page of ours its new title, unless somebody gave it one of their own.
    async fn rename(
        &mut self,
        key: &str,
        mut piece: PagePiece,
        identity: &PageIdentity,
        title: &str,
    ) -> Result<(), Trouble> {
        // A page that is gone is noticed when its blocks are read.
        let Some(there) = self.documents()?.page(&identity.page).await? else { return Ok(()) };
        if there.title == piece.title {
            self.calls += 1;
            let space = self.mirror.space.clone();
            match self.documents()?.rename_page(&space, &identity.page, title).await {
                Ok(()) => {}
                Err(error) if is_of_all(&error) => return Err(error.into()),
                Err(error) => {
                    tracing::warn!(mirror = %self.mirror.id, %error, "a page of the mirror keeps its old title");
                }
            }
        }
        title.clone_into(&mut piece.title);
        self.save(vec![(key.to_owned(), Piece::Page(piece))]).await
    }

    /// Has us told of changes. Without it they are found by reading, only later.
    async fn subscribe(&self, base: &PageIdentity) {
        let Ok(tables) = self.tables() else { return };
        if let Err(error) = tables.subscribe(&base.content).await {
            tracing::warn!(mirror = %self.mirror.id, %error, "changes of the mirror's tables are not told");
        }
    }

    fn is_ours(&self, page: &PageOutline) -> bool {
        self.pieces.values().any(|piece| match piece {
            Piece::Page(known) => known.identity.as_ref().is_some_and(|identity| identity.page == page.id),
            Piece::Table(_) | Piece::Row(_) => false,
        })
    }
}

/// Whether an error concerns everything there and not only what was just written.
pub(super) fn is_of_all(error: &SendError) -> bool {
    error.retry != huan_connect::Retry::Never
        || matches!(
            error.reason_key,
            "mirror.reason.no_access"
                | "delivery.reason.permission_missing"
                | "delivery.reason.credentials"
                | "delivery.reason.app_disabled"
                | "delivery.reason.quota_used_up"
                | "delivery.reason.address_denied"
        )
}
