use super::*;
use crate::{both_databases, samples};
use huan_core::{
    directory::{
        Field,
        matching::Reason,
        run::{EntryState, Report, RunKind, RunState},
    },
    id::PersonId,
    person::Identity,
};

fn told(key: &str, name: &str) -> SourcePerson {
    SourcePerson { key: key.into(), aliases: vec![format!("on_{key}")], name: name.into(), ..SourcePerson::default() }
}

fn a_run(bits: u128, account: Option<AccountId>) -> Run {
    Run {
        id: DirectoryRunId::from_bits(bits),
        account,
        kind: RunKind::Import,
        state: RunState::Reading,
        asked_by: None,
        begun_at: samples::at(0),
        ended_at: None,
        report: Report::default(),
        version: 1,
    }
}

fn an_entry(bits: u128, account: Option<AccountId>, key: &str, state: EntryState) -> Entry {
    Entry {
        id: DirectoryEntryId::from_bits(bits),
        account,
        told: told(key, "李强"),
        state,
        doubt: (state == EntryState::Waiting)
            .then(|| Doubt { reason: Reason::NameOnly, candidates: vec![PersonId::from_bits(1)] }),
        seen_at: samples::at(0),
    }
}

both_databases! {
    async fn a3_a_reading_is_taken_by_one_worker_at_a_time(db: Db) {
        let team = samples::team(&db).await;
        let workspace = &team.workspace;
        let mut tx = db.write().await.unwrap();
        let mut new = a_run(1, Some(team.account.id.clone()));
        new.asked_by = Some(team.initiator.id.clone());
        tx.insert_directory_run(workspace, &new).await.unwrap();
        tx.commit().await.unwrap();

        let mut tx = db.write().await.unwrap();
        let mut taken = tx.take_directory_run(workspace, samples::at(60), samples::at(0)).await.unwrap().unwrap();
        assert_eq!(taken.version, 2);
        assert_eq!(tx.take_directory_run(workspace, samples::at(90), samples::at(30)).await.unwrap(), None, "held");
        let again = tx.take_directory_run(workspace, samples::at(120), samples::at(61)).await.unwrap().unwrap();
        taken.state = RunState::Ready;
        assert!(tx.update_directory_run(workspace, &mut taken, None).await.is_err(), "the lease ran out");
        let mut run = again;
        run.state = RunState::Ready;
        run.report.people = 3;
        run.ended_at = Some(samples::at(70));
        tx.update_directory_run(workspace, &mut run, None).await.unwrap();
        assert_eq!(tx.directory_run(workspace, &run.id).await.unwrap(), Some(run.clone()));
        assert_eq!(tx.take_directory_run(workspace, samples::at(999), samples::at(998)).await.unwrap(), None);
        assert_eq!(tx.directory_runs_under_way(workspace).await.unwrap(), []);
        assert_eq!(tx.directory_runs(workspace, Some(&team.account.id), 5).await.unwrap(), [run.clone()]);
        assert_eq!(tx.directory_runs(workspace, None, 5).await.unwrap(), [run]);
    }

    async fn a3_a_preview_is_read_page_by_page_and_forgotten_with_its_reading(db: Db) {
        let team = samples::team(&db).await;
        let workspace = &team.workspace;
        let mut tx = db.write().await.unwrap();
        let mut run = a_run(1, None);
        tx.insert_directory_run(workspace, &run).await.unwrap();
        let rows: Vec<PreviewRow> = (1..=100)
            .map(|position| PreviewRow {
                position,
                kind: if position % 10 == 0 { Kind::Doubtful } else { Kind::New },
                name: format!("人{position}"),
                data: serde_json::json!({ "key": position }),
            })
            .collect();
        tx.set_directory_rows(workspace, &run.id, &rows).await.unwrap();
        tx.set_directory_rows(workspace, &run.id, &rows).await.unwrap();
        tx.set_directory_told(workspace, &run.id, "{}").await.unwrap();
        assert_eq!(tx.directory_rows(workspace, &run.id, None, 98, 50).await.unwrap(), rows[98..]);
        let doubtful = tx.directory_rows(workspace, &run.id, Some(Kind::Doubtful), 10, 3).await.unwrap();
        assert_eq!(doubtful.iter().map(|row| row.position).collect::<Vec<_>>(), [20, 30, 40]);
        assert_eq!(tx.directory_told(workspace, &run.id).await.unwrap().as_deref(), Some("{}"));
        tx.prune_directory_runs(workspace, samples::at(60)).await.unwrap();
        assert!(tx.directory_run(workspace, &run.id).await.unwrap().is_some(), "still under way");
        run.state = RunState::Done;
        tx.update_directory_run(workspace, &mut run, None).await.unwrap();
        tx.prune_directory_runs(workspace, samples::at(60)).await.unwrap();
        assert_eq!(tx.directory_run(workspace, &run.id).await.unwrap(), None);
        assert_eq!(tx.directory_rows(workspace, &run.id, None, 0, 50).await.unwrap(), []);
        assert_eq!(tx.directory_told(workspace, &run.id).await.unwrap(), None);
    }

    async fn a3_those_who_wait_are_listed_page_by_page_without_the_ignored(db: Db) {
        let team = samples::team(&db).await;
        let workspace = &team.workspace;
        let account = team.account.id.clone();
        let mut tx = db.write().await.unwrap();
        let identities: Vec<Identity> = (1..=4_u128)
            .map(|bits| Identity {
                id: IdentityId::from_bits(bits),
                person: (bits == 4).then(|| team.owner.id.clone()),
                account: account.clone(),
                user: ForeignUser::new(format!("ou_{bits}")),
                aliases: vec![ForeignUser::new(format!("on_{bits}"))],
                name: format!("人{bits}"),
                preferred: false,
            })
            .collect();
        tx.insert_identities(workspace, &identities).await.unwrap();
        let entries = [
            an_entry(1, Some(account.clone()), "ou_1", EntryState::Waiting),
            an_entry(2, Some(account.clone()), "ou_2", EntryState::Ignored),
            an_entry(4, Some(account.clone()), "ou_4", EntryState::Known),
            an_entry(5, None, "mobile:13800000000", EntryState::Waiting),
        ];
        tx.keep_directory_entries(workspace, &entries).await.unwrap();
        assert_eq!(tx.count_directory_waiting(workspace).await.unwrap(), 3);
        let all = tx.directory_waiting(workspace, "", 10).await.unwrap();
        let ids: Vec<&str> = all.iter().map(|one| one.id.as_str()).collect();
        let expected =
            [identities[0].id.to_string(), identities[2].id.to_string(), entries[3].id.to_string()];
        assert_eq!(ids, expected);
        assert_eq!(all[0].doubt.as_ref().unwrap().reason, Reason::NameOnly);
        assert_eq!((all[1].entry.as_ref(), all[1].told.as_ref()), (None, None), "only heard in a chat");
        let mut paged = tx.directory_waiting(workspace, "", 2).await.unwrap();
        paged.extend(tx.directory_waiting(workspace, &paged[1].id.clone(), 2).await.unwrap());
        assert_eq!(paged, all);
        assert!(tx.directory_waiting(workspace, &all[2].id, 2).await.unwrap().is_empty());
        let unmapped = tx.unmapped_identities(workspace).await.unwrap();
        assert_eq!(unmapped, [identities[0].clone(), identities[2].clone()], "without the ignored one");

        let mut changed = an_entry(9, Some(account.clone()), "ou_1", EntryState::Known);
        tx.keep_directory_entries(workspace, std::slice::from_ref(&changed)).await.unwrap();
        changed.id = entries[0].id.clone();
        assert_eq!(tx.directory_entry(workspace, &changed.id).await.unwrap(), Some(changed.clone()), "the id stays");
        let user = ForeignUser::new("ou_1");
        assert_eq!(tx.directory_entry_of(workspace, &account, &user).await.unwrap(), Some(changed));
        assert_eq!(tx.directory_entries(workspace, Some(&account)).await.unwrap().len(), 3);
        tx.remove_directory_entry(workspace, None, "mobile:13800000000").await.unwrap();
        assert_eq!(tx.directory_entries(workspace, None).await.unwrap(), []);
        tx.remove_identity(workspace, &identities[3].id).await.unwrap();
        assert_eq!(tx.identity_of(workspace, &account, &ForeignUser::new("on_4")).await.unwrap(), None);
        assert_eq!(tx.identities_of_account(workspace, &account).await.unwrap(), identities[..3]);
    }

    async fn a3_departments_sources_and_what_is_to_be_read_anew(db: Db) {
        let team = samples::team(&db).await;
        let (workspace, account) = (&team.workspace, &team.account.id);
        let mut tx = db.write().await.unwrap();
        let department = huan_core::person::Department {
            id: DepartmentId::from_bits(1), name: "研发部".into(), parent: None,
        };
        tx.insert_department(workspace, &department).await.unwrap();
        let mut link = SourceDepartment { key: "od-1".into(), name: "研发部".into(), ..SourceDepartment::default() };
        tx.link_directory_department(workspace, account, &department.id, &link).await.unwrap();
        link.name = "技术部".into();
        tx.link_directory_department(workspace, account, &department.id, &link).await.unwrap();
        let links = tx.directory_departments(workspace, account).await.unwrap();
        assert_eq!(links, [("od-1".to_owned(), department.id.clone(), link)]);

        let mut source = DirectorySource { account: account.clone(), in_step: true, next_at: samples::at(5) };
        tx.set_directory_source(workspace, &source).await.unwrap();
        source.next_at = samples::at(9);
        tx.set_directory_source(workspace, &source).await.unwrap();
        assert_eq!(tx.directory_sources(workspace).await.unwrap(), [source]);

        let user = ForeignUser::new("ou_1");
        tx.ask_directory_anew(workspace, account, &user, samples::at(1)).await.unwrap();
        tx.ask_directory_anew(workspace, account, &user, samples::at(2)).await.unwrap();
        let asked = tx.directory_asked_anew(workspace, 10).await.unwrap();
        assert_eq!(asked, [(account.clone(), user.clone(), samples::at(2))]);
        tx.directory_was_read(workspace, account, &user, samples::at(1)).await.unwrap();
        assert_eq!(tx.directory_asked_anew(workspace, 10).await.unwrap(), asked, "asked for again meanwhile");
        tx.directory_was_read(workspace, account, &user, samples::at(2)).await.unwrap();
        assert_eq!(tx.directory_asked_anew(workspace, 10).await.unwrap(), []);
    }

    async fn i7_people_are_added_at_once_and_what_was_set_by_hand_is_known(db: Db) {
        let workspace = &samples::workspace(&db).await;
        let mut tx = db.write().await.unwrap();
        let mut people: Vec<_> = (1..=130_u128).map(|bits| samples::person(bits, "某人")).collect();
        for place in 1..people.len() {
            people[place].superior = Some(people[place - 1].id.clone());
        }
        tx.insert_people(workspace, &people).await.unwrap();
        let mut read = tx.people(workspace).await.unwrap();
        read.sort_by(|one, other| one.id.cmp(&other.id));
        assert_eq!(read, people);
        let id = &people[0].id;
        tx.set_by_hand(workspace, id, Field::Job).await.unwrap();
        tx.set_by_hand(workspace, id, Field::Job).await.unwrap();
        tx.set_by_hand(workspace, id, Field::Superior).await.unwrap();
        assert_eq!(tx.set_by_hand_of(workspace, id).await.unwrap(), [Field::Job, Field::Superior]);
        assert_eq!(tx.set_by_hand_of_all(workspace).await.unwrap().len(), 2);
        tx.forget_by_hand(workspace, id, Field::Job).await.unwrap();
        assert_eq!(tx.set_by_hand_of(workspace, id).await.unwrap(), [Field::Superior]);
        tx.set_password_hash(workspace, id, "x", samples::at(0)).await.unwrap();
        tx.forget_password(workspace, id).await.unwrap();
        assert_eq!(tx.password_hash(workspace, id).await.unwrap(), None);
    }
}
