//! Rounds of acceptance, and the signatures that they ask for.

use huan_core::{
    id::{CollaborationId, PersonId, SignOffId, SignatureId, WorkspaceId},
    sign_off::{Answer, SignOff, Signature},
};

use crate::{
    conn::{Conn, Row},
    error::Result,
    select::{Cursor, Listed, Page, Select},
    statement::statements,
    tx::Tx,
    value::{Kind, json, values},
};

macro_rules! columns {
    () => {
        "id, collaboration, round, called_by, statement, evidence, state, called_at, version"
    };
}

macro_rules! signature_columns {
    () => {
        "id, sign_off, person, answer, version"
    };
}

statements! {
    BY_ID = concat!("SELECT ", columns!(), " FROM sign_off WHERE workspace = $1 AND id = $2");
    NEWEST = concat!("SELECT ", columns!(), " FROM sign_off WHERE workspace = $1 AND collaboration = $2
        ORDER BY round DESC LIMIT 1");
    // What was refused waits to be mended and called for anew: until there is a later round.
    CALLED_BY = concat!("SELECT ", columns!(), " FROM sign_off s WHERE workspace = $1 AND called_by = $2
        AND stage IN ('open', 'refused') AND NOT EXISTS (SELECT 1 FROM sign_off later WHERE later.workspace = $1
            AND later.collaboration = s.collaboration AND later.round > s.round) ORDER BY called_at, id");
    INSERT = "INSERT INTO sign_off
            (workspace, id, collaboration, round, called_by, statement, evidence, stage, state, called_at, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    HOLD = "UPDATE sign_off SET version = version WHERE workspace = $1 AND id = $2";
    UPDATE = "UPDATE sign_off SET called_by = $3, stage = $4, state = $5, version = version + 1
        WHERE workspace = $1 AND id = $2 AND version = $6";
    SIGNATURE = concat!("SELECT ", signature_columns!(), " FROM signature WHERE workspace = $1 AND id = $2");
    SIGNATURES = concat!("SELECT ", signature_columns!(), " FROM signature WHERE workspace = $1 AND sign_off = $2
        ORDER BY id");
    WAITING = concat!("SELECT ", signature_columns!(), " FROM signature
        WHERE workspace = $1 AND person = $2 AND answer_name = 'waiting' ORDER BY id");
    ADD_SIGNATURE = "INSERT INTO signature (workspace, id, sign_off, person, answer_name, answer, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    SET_SIGNATURE = "UPDATE signature SET person = $3, answer_name = $4, answer = $5, version = version + 1
        WHERE workspace = $1 AND id = $2 AND version = $6";
}

const SELECT: &str = concat!("SELECT ", columns!(), " FROM sign_off");
const SELECT_SIGNATURE: &str = concat!("SELECT ", signature_columns!(), " FROM signature");

fn sign_off(row: &Row) -> Result<SignOff> {
    Ok(SignOff {
        id: row.get("id")?,
        collaboration: row.get("collaboration")?,
        round: row.get("round")?,
        called_by: row.get("called_by")?,
        statement: row.get("statement")?,
        evidence: row.json("evidence")?,
        state: row.json("state")?,
        called_at: row.get("called_at")?,
        version: row.get("version")?,
    })
}

fn signature(row: &Row) -> Result<Signature> {
    Ok(Signature {
        id: row.get("id")?,
        sign_off: row.get("sign_off")?,
        person: row.get("person")?,
        answer: row.json::<Answer>("answer")?,
        version: row.get("version")?,
    })
}

impl Conn {
    /// A round of acceptance by id.
    pub async fn sign_off(&mut self, workspace: &WorkspaceId, id: &SignOffId) -> Result<Option<SignOff>> {
        self.find(BY_ID, values![workspace, id], sign_off).await
    }

    /// The newest round of a collaboration.
    pub async fn newest_sign_off(
        &mut self,
        workspace: &WorkspaceId,
        collaboration: &CollaborationId,
    ) -> Result<Option<SignOff>> {
        self.find(NEWEST, values![workspace, collaboration], sign_off).await
    }

    /// The rounds that somebody called for and that are not at their end: open ones, and refused ones that were not called
    /// for anew.
    pub async fn sign_offs_called_by(&mut self, workspace: &WorkspaceId, person: &PersonId) -> Result<Vec<SignOff>> {
        self.list(CALLED_BY, values![workspace, person], sign_off).await
    }

    /// These rounds, in no particular order.
    pub async fn sign_offs_by_id(&mut self, workspace: &WorkspaceId, ids: &[SignOffId]) -> Result<Vec<SignOff>> {
        let mut select = Select::new("sign_offs_by_id", SELECT);
        select.and("workspace = ").bind(workspace).and("id IN ").list(ids);
        let (sql, values) = select.build();
        self.list(sql, values, sign_off).await
    }

    /// A page of the rounds of a collaboration.
    pub async fn sign_offs(
        &mut self,
        workspace: &WorkspaceId,
        collaboration: &CollaborationId,
        page: &Page,
    ) -> Result<Listed<SignOff>> {
        let mut select = Select::new("sign_offs", SELECT);
        select.and("workspace = ").bind(workspace).and("collaboration = ").bind(collaboration);
        let page = page.fitting(Kind::Int);
        select.page("round", "id", &page);
        let (sql, values) = select.build();
        let rows = self.list(sql, values, sign_off).await?;
        Ok(Listed::cut(rows, &page, |last| Cursor::new(i64::from(last.round), last.id.as_str())))
    }

    /// A signature by id.
    pub async fn signature(&mut self, workspace: &WorkspaceId, id: &SignatureId) -> Result<Option<Signature>> {
        self.find(SIGNATURE, values![workspace, id], signature).await
    }

    /// The signatures of a round.
    pub async fn signatures(&mut self, workspace: &WorkspaceId, id: &SignOffId) -> Result<Vec<Signature>> {
        self.list(SIGNATURES, values![workspace, id], signature).await
    }

    /// The signatures of each of these rounds.
    pub async fn signatures_of(&mut self, workspace: &WorkspaceId, ids: &[SignOffId]) -> Result<Vec<Signature>> {
        let mut select = Select::new("signatures_of", SELECT_SIGNATURE);
        select.and("workspace = ").bind(workspace).and("sign_off IN ").list(ids).push(" ORDER BY id");
        let (sql, values) = select.build();
        self.list(sql, values, signature).await
    }

    /// These signatures, in no particular order.
    pub async fn signatures_by_id(&mut self, workspace: &WorkspaceId, ids: &[SignatureId]) -> Result<Vec<Signature>> {
        let mut select = Select::new("signatures_by_id", SELECT_SIGNATURE);
        select.and("workspace = ").bind(workspace).and("id IN ").list(ids);
        let (sql, values) = select.build();
        self.list(sql, values, signature).await
    }

    /// The signatures for which a person is waited for, the oldest first.
    pub async fn signatures_asked_of(&mut self, workspace: &WorkspaceId, person: &PersonId) -> Result<Vec<Signature>> {
        self.list(WAITING, values![workspace, person], signature).await
    }
}

impl Tx {
    /// Adds a round of acceptance.
    pub async fn insert_sign_off(&mut self, workspace: &WorkspaceId, sign_off: &SignOff) -> Result<()> {
        let SignOff { id, collaboration, round, called_by, statement, evidence, state, called_at, version } = sign_off;
        let (evidence, stage, state) = (json(evidence)?, state.stage(), json(state)?);
        let values = values![
            workspace,
            id,
            collaboration,
            *round,
            called_by,
            statement,
            evidence,
            stage,
            state,
            *called_at,
            *version
        ];
        self.execute(INSERT, values).await?;
        Ok(())
    }

    /// Keeps others off a round until this transaction ends. What is read of it from now on is what they left.
    pub async fn hold_sign_off(&mut self, workspace: &WorkspaceId, id: &SignOffId) -> Result<()> {
        self.execute(HOLD, values![workspace, id]).await?;
        Ok(())
    }

    /// Writes a round that was read and changed. [`crate::Error::Stale`] when it was changed by someone else since it was read;
    /// else its version grows by one.
    pub async fn update_sign_off(&mut self, workspace: &WorkspaceId, sign_off: &mut SignOff) -> Result<()> {
        let state = json(&sign_off.state)?;
        let stage = sign_off.state.stage();
        let values = values![workspace, &sign_off.id, &sign_off.called_by, stage, state, sign_off.version];
        self.change("the round of acceptance", UPDATE, values).await?;
        sign_off.version += 1;
        Ok(())
    }

    /// Asks for a signature.
    pub async fn insert_signature(&mut self, workspace: &WorkspaceId, signature: &Signature) -> Result<()> {
        let Signature { id, sign_off, person, answer, version } = signature;
        let values = values![workspace, id, sign_off, person, answer.name(), json(answer)?, *version];
        self.execute(ADD_SIGNATURE, values).await?;
        Ok(())
    }

    /// Writes a signature that was read and changed. [`crate::Error::Stale`] when it was changed by someone else since it was
    /// read; else its version grows by one.
    pub async fn update_signature(&mut self, workspace: &WorkspaceId, signature: &mut Signature) -> Result<()> {
        let Signature { id, person, answer, version, .. } = &*signature;
        let values = values![workspace, id, person, answer.name(), json(answer)?, *version];
        self.change("the signature", SET_SIGNATURE, values).await?;
        signature.version += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use huan_core::sign_off::{Evidence, SignOffState};

    use super::*;
    use crate::{Error, both_databases, samples};

    fn called(team: &samples::Team, round: u32) -> SignOff {
        SignOff {
            id: SignOffId::from_bits(u128::from(round)),
            collaboration: team.collaboration.id.clone(),
            round,
            called_by: team.initiator.id.clone(),
            statement: "需求文档评审通过".into(),
            evidence: vec![Evidence::Note { text: "评审无遗留问题".into() }],
            state: SignOffState::Open,
            called_at: samples::at(i64::from(round)),
            version: 1,
        }
    }

    both_databases! {
        async fn g1_rounds_and_signatures_read_back_whole_and_nobody_writes_over_another(db: Db) {
            let team = samples::team(&db).await;
            let workspace = &team.workspace;
            let mut first = called(&team, 1);
            let mut asked = Signature {
                id: SignatureId::from_bits(1),
                sign_off: first.id.clone(),
                person: team.owner.id.clone(),
                answer: Answer::Waiting,
                version: 1,
            };
            let mut tx = db.write().await.unwrap();
            tx.insert_sign_off(workspace, &first).await.unwrap();
            tx.insert_signature(workspace, &asked).await.unwrap();
            let person = &team.owner.id;
            assert_eq!(tx.signatures_asked_of(workspace, person).await.unwrap(), std::slice::from_ref(&asked));
            let (mut stale, mut late) = (asked.clone(), first.clone());
            first.refuse(&mut asked, &mut [], "缺测试报告".into(), samples::at(5)).unwrap();
            tx.update_signature(workspace, &mut asked).await.unwrap();
            tx.update_sign_off(workspace, &mut first).await.unwrap();
            assert!(matches!(tx.update_signature(workspace, &mut stale).await, Err(Error::Stale { .. })));
            assert!(matches!(tx.update_sign_off(workspace, &mut late).await, Err(Error::Stale { .. })));
            tx.commit().await.unwrap();
            let mut conn = db.read().await.unwrap();
            assert_eq!(conn.sign_off(workspace, &first.id).await.unwrap(), Some(first.clone()));
            assert_eq!(conn.signature(workspace, &asked.id).await.unwrap(), Some(asked.clone()));
            assert_eq!(conn.signatures(workspace, &first.id).await.unwrap(), std::slice::from_ref(&asked));
            let of = conn.signatures_of(workspace, std::slice::from_ref(&first.id)).await.unwrap();
            assert_eq!(of, std::slice::from_ref(&asked));
            let by_id = conn.signatures_by_id(workspace, std::slice::from_ref(&asked.id)).await.unwrap();
            assert_eq!(by_id, [asked]);
            let by_id = conn.sign_offs_by_id(workspace, std::slice::from_ref(&first.id)).await.unwrap();
            assert_eq!(by_id, [first]);
            assert_eq!(conn.signatures_asked_of(workspace, person).await.unwrap(), []);
        }

        async fn g1_a_refused_round_waits_until_it_is_called_for_anew(db: Db) {
            let team = samples::team(&db).await;
            let (workspace, initiator) = (&team.workspace, &team.initiator.id);
            let mut first = called(&team, 1);
            let mut tx = db.write().await.unwrap();
            tx.insert_sign_off(workspace, &first).await.unwrap();
            first.state = SignOffState::Refused { by: team.owner.id.clone(), at: samples::at(2) };
            tx.update_sign_off(workspace, &mut first).await.unwrap();
            assert_eq!(tx.sign_offs_called_by(workspace, initiator).await.unwrap(), std::slice::from_ref(&first));
            let second = called(&team, 2);
            tx.insert_sign_off(workspace, &second).await.unwrap();
            assert_eq!(tx.sign_offs_called_by(workspace, initiator).await.unwrap(), std::slice::from_ref(&second));
            let again = SignOff { id: SignOffId::from_bits(9), ..second.clone() };
            let collaboration = &team.collaboration.id;
            assert_eq!(tx.newest_sign_off(workspace, collaboration).await.unwrap(), Some(second.clone()));
            let mut page = Page::first(1);
            let newest = tx.sign_offs(workspace, collaboration, &page).await.unwrap();
            assert_eq!(newest.rows, [second]);
            page.after = newest.next;
            let earlier = tx.sign_offs(workspace, collaboration, &page).await.unwrap();
            assert_eq!((earlier.rows, earlier.next), (vec![first], None));
            assert!(tx.insert_sign_off(workspace, &again).await.unwrap_err().is_duplicate());
        }
    }
}
