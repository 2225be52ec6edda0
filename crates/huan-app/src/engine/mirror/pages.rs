//! Bringing the blocks of a page to what is to stand there.

use huan_connect::{Certainty, Retry, SeenDocument, SendError};
use huan_core::{
    mirror::{
        PageIdentity, PagePiece, Piece,
        page::{Block, Making, SeenBlock, Step, Written, next},
    },
    platform::ForeignContent,
};

use super::{
    Trouble,
    content::DesiredPage,
    pass::{Pass, is_of_all},
};

/// How often a page is read anew in one run because somebody writes on it at the same time.
const MOST_READINGS: usize = 5;
/// The most steps of one run, as a guard against a platform that does not keep what it takes.
const MOST_STEPS: usize = 2000;

/// What became of a step.
enum Outcome {
    /// It is done, or noted.
    Done,
    /// The page is to be read anew.
    ReadAnew,
}

impl Pass<'_> {
    /// Brings one page to what is to stand there. What the platform does not take of it is shown and leaves the other pages alone.
    pub(super) async fn blocks(&mut self, page: &DesiredPage, identity: &PageIdentity) -> Result<(), Trouble> {
        match self.write_blocks(page, &identity.content).await {
            Ok(left) => {
                let piece = self.page_piece(&page.key);
                // What somebody wrote is not taken away; that it speaks of something confidential is for a person to mend (I2).
                let problem = match left.is_empty() {
                    true => None,
                    false => Some(Trouble::never("mirror.reason.rewritten", left.join("、"))),
                };
                let since = piece.problem.as_ref().map_or(self.app.now(), |problem| problem.since);
                let problem = problem.map(|trouble| trouble.problem(since));
                match piece.problem == problem {
                    true => Ok(()),
                    false => self.keep(&page.key, PagePiece { problem, ..piece }).await,
                }
            }
            Err(Failed::Broke(trouble)) => Err(trouble),
            Err(Failed::Refused(error)) if is_of_all(&error) => Err(error.into()),
            Err(Failed::Refused(error)) => {
                let piece = self.page_piece(&page.key);
                let since = piece.problem.as_ref().map_or(self.app.now(), |problem| problem.since);
                let problem = Some(Trouble::from(error).problem(since));
                self.keep(&page.key, PagePiece { problem, ..piece }).await
            }
        }
    }

    async fn keep(&mut self, key: &str, piece: PagePiece) -> Result<(), Trouble> {
        self.save(vec![(key.to_owned(), Piece::Page(piece))]).await
    }

    /// Gives the numbers of what is confidential and of which a block stands there still, because somebody wrote in it.
    async fn write_blocks(&mut self, page: &DesiredPage, content: &ForeignContent) -> Result<Vec<String>, Failed> {
        let mut seen = self.documents().map_err(Failed::Broke)?.read(content).await.map_err(Failed::Refused)?;
        let (mut readings, mut noted) = (1, false);
        for _ in 0..MOST_STEPS {
            let piece = self.page_piece(&page.key);
            let Some(step) = next(&page.blocks, &piece.state, &seen.blocks) else {
                let left = page.left(&piece.state, &seen.blocks);
                if noted {
                    self.keep(&page.key, piece).await.map_err(Failed::Broke)?;
                }
                return Ok(left);
            };
            self.check_time().map_err(Failed::Broke)?;
            noted |= matches!(step, Step::Know(_) | Step::Forget(_) | Step::NotMade);
            match self.step(&page.key, content, &mut seen, piece, step).await {
                Ok(Outcome::Done) => {}
                Ok(Outcome::ReadAnew) => {
                    if readings == MOST_READINGS {
                        return Err(meanwhile());
                    }
                    readings += 1;
                    seen = self.documents().map_err(Failed::Broke)?.read(content).await.map_err(Failed::Refused)?;
                }
                Err(error) => return Err(error),
            }
        }
        Err(meanwhile())
    }

    async fn step(
        &mut self,
        key: &str,
        content: &ForeignContent,
        seen: &mut SeenDocument,
        mut piece: PagePiece,
        step: Step,
    ) -> Result<Outcome, Failed> {
        match step {
            Step::Know(known) => {
                piece.state.blocks.extend(known);
                if piece.state.making.take().is_some() {
                    piece.state.made += 1;
                }
                self.pieces.insert(key.to_owned(), Piece::Page(piece));
            }
            Step::Forget(keys) => {
                piece.state.forget(&keys, &seen.blocks);
                self.pieces.insert(key.to_owned(), Piece::Page(piece));
            }
            Step::NotMade => {
                piece.state.making = None;
                self.pieces.insert(key.to_owned(), Piece::Page(piece));
            }
            Step::Change(changes) => {
                let blocks: Vec<_> =
                    changes.iter().map(|(_, written)| (written.id.clone(), written.block.clone())).collect();
                self.calls += 1;
                let written =
                    self.documents().map_err(Failed::Broke)?.change_blocks(content, seen.revision, &blocks).await;
                match written {
                    Ok(revision) => seen.revision = revision,
                    Err(error) => return self.look_again(content, seen, error).await,
                }
                for (id, block) in blocks {
                    if let Some(there) = seen.blocks.iter_mut().find(|there| there.id == id) {
                        there.block = Some(block);
                    }
                }
                piece.state.blocks.extend(changes);
                self.keep(key, piece).await.map_err(Failed::Broke)?;
            }
            Step::Make { index, blocks } => {
                // The same blocks tried again have the same key, so that a platform that knows it makes nothing twice.
                let token = format!("{}/{key}/{}/{}", self.mirror.id, piece.state.made, print(&blocks));
                piece.state.making = Some(Making { token: token.clone(), blocks: blocks.clone() });
                self.keep(key, piece.clone()).await.map_err(Failed::Broke)?;
                self.calls += 1;
                let new: Vec<Block> = blocks.iter().map(|(_, block)| block.clone()).collect();
                let made = self
                    .documents()
                    .map_err(Failed::Broke)?
                    .make_blocks(content, seen.revision, index, &new, &token)
                    .await;
                let (ids, revision) = match made {
                    Ok(made) => made,
                    Err(error) => {
                        if error.certainty == Certainty::NotSent {
                            piece.state.making = None;
                            self.keep(key, piece).await.map_err(Failed::Broke)?;
                        } else if error.reason_key == "delivery.reason.in_progress" {
                            piece.state.made += 1;
                            self.keep(key, piece).await.map_err(Failed::Broke)?;
                        }
                        return self.look_again(content, seen, error).await;
                    }
                };
                seen.revision = revision;
                let there =
                    ids.iter().zip(&new).map(|(id, block)| SeenBlock { id: id.clone(), block: Some(block.clone()) });
                let there: Vec<SeenBlock> = there.collect();
                let index = index.min(seen.blocks.len());
                seen.blocks.splice(index..index, there);
                piece
                    .state
                    .blocks
                    .extend(blocks.into_iter().zip(ids).map(|((key, block), id)| (key, Written { id, block })));
                piece.state.making = None;
                piece.state.made += 1;
                self.keep(key, piece).await.map_err(Failed::Broke)?;
            }
            Step::Delete { start, end, keys } => {
                self.calls += 1;
                let gone =
                    self.documents().map_err(Failed::Broke)?.delete_blocks(content, seen.revision, start, end).await;
                match gone {
                    Ok(revision) => seen.revision = revision,
                    Err(error) => return self.look_again(content, seen, error).await,
                }
                seen.blocks.drain(start..end.min(seen.blocks.len()));
                keys.iter().for_each(|key| drop(piece.state.blocks.remove(key)));
                self.keep(key, piece).await.map_err(Failed::Broke)?;
            }
        }
        Ok(Outcome::Done)
    }

    /// After a refusal: when somebody wrote meanwhile, the page is read anew; else it counts.
    async fn look_again(
        &self,
        content: &ForeignContent,
        seen: &SeenDocument,
        error: SendError,
    ) -> Result<Outcome, Failed> {
        if error.retry != Retry::Never || is_of_all(&error) {
            return Err(Failed::Refused(error));
        }
        let now = self.documents().map_err(Failed::Broke)?.read(content).await.map_err(Failed::Refused)?;
        if now.revision == seen.revision { Err(Failed::Refused(error)) } else { Ok(Outcome::ReadAnew) }
    }
}

/// What blocks say, as a short text.
fn print(blocks: &[(String, Block)]) -> String {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};
    let mut hasher = DefaultHasher::new();
    for (key, block) in blocks {
        key.hash(&mut hasher);
        block.text().hash(&mut hasher);
    }
    format!("{:016x}", hasher.finish())
}

/// Why a page could not be written.
enum Failed {
    /// The platform did not do it.
    Refused(SendError),
    /// The run cannot go on.
    Broke(Trouble),
}

/// Others write on the page without a pause.
fn meanwhile() -> Failed {
    Failed::Refused(SendError {
        certainty: Certainty::NotSent,
        retry: Retry::Transient,
        reason_key: "mirror.reason.changed_meanwhile",
        detail: String::new(),
    })
}
