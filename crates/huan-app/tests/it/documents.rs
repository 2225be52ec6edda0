//! C3, I6, I2, F4: documents are written, versioned, shared, linked and put into the trash.

use huan_app::{
    ActionError,
    actions::documents::{self, NewDocument, Saving, Sharing},
    queries::{
        Look,
        documents::{self as views, DocumentPage},
        search::{self, Wanted},
    },
};
use huan_core::{
    document::Document,
    history::Subject,
    id::{DocumentId, PersonId},
    level::Level,
};
use huan_store::{DocumentFilter, Page, both_databases};

use crate::company::Company;

async fn begun(company: &Company, by: &PersonId, title: &str, text: &str) -> Document {
    let new = NewDocument::of(company.collaboration.clone(), title, text);
    company.does(by, async |work| documents::create(work, new).await).await.unwrap()
}

async fn save(
    company: &Company,
    by: &PersonId,
    id: &DocumentId,
    over: u32,
    text: &str,
) -> Result<Document, ActionError> {
    let saving = Saving { title: "接口约定".into(), text: text.into(), note: "定分页".into(), edition: over };
    company.does(by, async |work| documents::save(work, id, saving).await).await
}

async fn page(company: &Company, by: &PersonId, id: &DocumentId) -> Result<DocumentPage, ActionError> {
    let caller = company.caller(by).await;
    let mut conn = company.app.db.read().await.unwrap();
    views::one(&mut Look::new(&company.app, &mut conn, &caller), id).await
}

async fn listed(company: &Company, by: &PersonId, filter: DocumentFilter) -> Vec<String> {
    let caller = company.caller(by).await;
    let mut conn = company.app.db.read().await.unwrap();
    let mut look = Look::new(&company.app, &mut conn, &caller);
    let (_, views) = views::list(&mut look, filter, &Page::first(50)).await.unwrap();
    views.into_iter().map(|view| view.title).collect()
}

async fn found(company: &Company, by: &PersonId, words: &str) -> Vec<String> {
    let caller = company.caller(by).await;
    let mut conn = company.app.db.read().await.unwrap();
    let mut look = Look::new(&company.app, &mut conn, &caller);
    let wanted = Wanted { words: words.into(), ..Wanted::default() };
    let found = search::search(&mut look, wanted, None, 20).await.unwrap();
    found.hits.into_iter().map(|hit| hit.number.unwrap_or_default()).collect()
}

fn is_not_found<T: std::fmt::Debug>(outcome: Result<T, ActionError>) {
    assert!(matches!(outcome, Err(ActionError::NotFound(_))), "{outcome:?}");
}

both_databases! {
    async fn i6_each_save_is_a_version_and_two_editors_lose_nothing(db: Db) {
        let company = Company::on(db).await;
        let document = begun(&company, &company.wang, "接口约定", "# 分页\n\n用页码\n").await;
        let id = &document.id;
        assert_eq!((document.number, document.edition), (1, 1));
        // Both begin from the first version.
        save(&company, &company.li, id, 1, "# 分页\n\n用游标\n").await.unwrap();
        let late = save(&company, &company.zhou, id, 1, "# 分页\n\n不分页\n").await;
        assert!(matches!(late, Err(ActionError::VersionConflict(_))), "{late:?}");
        let shown = page(&company, &company.zhou, id).await.unwrap();
        assert_eq!((shown.text.as_str(), shown.document.changed_by.name.as_str()), ("# 分页\n\n用游标\n", "李强"));

        // What was typed is compared with what was saved, and saved over that.
        let caller = company.caller(&company.zhou).await;
        let mut conn = company.app.db.read().await.unwrap();
        let mut look = Look::new(&company.app, &mut conn, &caller);
        let compared = views::compared(&mut look, id, "接口约定", "# 分页\n\n不分页\n").await.unwrap();
        let lines: Vec<(&str, &str)> = compared.lines.iter().map(|line| (line.kept, line.text.as_str())).collect();
        assert_eq!(lines, [("same", "# 分页"), ("same", ""), ("removed", "用游标"), ("added", "不分页")]);
        drop(conn);
        save(&company, &company.zhou, id, 2, "# 分页\n\n用游标\n每页 50 条\n").await.unwrap();

        let shown = page(&company, &company.wang, id).await.unwrap();
        let notes: Vec<(u32, &str, u32, u32)> =
            shown.editions.iter().map(|one| (one.number, one.note.as_str(), one.added, one.removed)).collect();
        assert_eq!(notes, [(3, "定分页", 1, 0), (2, "定分页", 1, 1), (1, "", 3, 0)]);
        assert!(shown.html.starts_with("<h1>分页</h1>"), "{}", shown.html);
        let unchanged = save(&company, &company.zhou, id, 3, "# 分页\n\n用游标\n每页 50 条").await;
        assert!(matches!(&unchanged, Err(ActionError::Invalid(fields)) if fields[0].code == "unchanged"), "{unchanged:?}");

        let caller = company.caller(&company.wang).await;
        let mut conn = company.app.db.read().await.unwrap();
        let mut look = Look::new(&company.app, &mut conn, &caller);
        assert_eq!(views::edition(&mut look, id, 1).await.unwrap().text, "# 分页\n\n用页码\n");
        assert_eq!(views::changed(&mut look, id, 1, 3).await.unwrap().lines.len(), 5);
        is_not_found(views::edition(&mut look, id, 4).await);
        drop(conn);
        let told = company.history(&Subject::Document(id.clone())).await;
        assert_eq!(told, ["保存第 3 版：定分页", "保存第 2 版：定分页", "新建文档"]);
    }

    async fn i2_a_level_and_whom_it_is_shared_with_say_who_sees_a_document_anywhere(db: Db) {
        let company = Company::on(db).await;
        let document = begun(&company, &company.wang, "报价", "底价 30 万\n").await;
        let id = &document.id;
        assert_eq!(found(&company, &company.li, "底价").await, ["D1"], "internal: for members");
        is_not_found(page(&company, &company.sun, id).await);
        let share = async |by: &PersonId, sharing: Sharing| {
            company.does(by, async |work| documents::share(work, id, sharing).await).await
        };
        let secret = Sharing { level: Some(Level::Confidential), version: 1, ..Sharing::default() };
        let refused = share(&company.li, secret.clone()).await;
        assert!(matches!(refused, Err(ActionError::Forbidden)), "a member writes, but does not say who sees: {refused:?}");
        share(&company.wang, secret.clone()).await.unwrap();
        is_not_found(page(&company, &company.li, id).await);
        is_not_found(save(&company, &company.li, id, 1, "x").await);
        assert!(found(&company, &company.li, "底价").await.is_empty());
        let all = DocumentFilter { collaboration: Some(company.collaboration.clone()), ..DocumentFilter::default() };
        assert!(listed(&company, &company.li, all.clone()).await.is_empty());
        let stale = share(&company.wang, secret).await;
        assert!(matches!(stale, Err(ActionError::VersionConflict(_))), "{stale:?}");

        // Shared with one member and with somebody of no collaboration.
        let readers = Some(vec![company.li.clone(), company.sun.clone(), company.li.clone()]);
        let shared = share(&company.wang, Sharing { readers, version: 2, ..Sharing::default() }).await.unwrap();
        assert_eq!(shared.readers, [company.li.clone(), company.sun.clone()]);
        for reader in [&company.li, &company.sun] {
            assert_eq!(found(&company, reader, "底价").await, ["D1"]);
            assert!(page(&company, reader, id).await.unwrap().document.may.write);
            assert_eq!(listed(&company, reader, DocumentFilter::default()).await, ["报价"]);
        }
        is_not_found(page(&company, &company.zhou, id).await);
        let told = company.history(&Subject::Document(id.clone())).await;
        assert_eq!(told[..2], ["分享给设为 李强、孙悦", "密级：内部 → 机密"].map(str::to_owned), "{told:?}");
    }

    async fn c3_what_is_in_the_trash_is_found_only_there_and_comes_back_whole(db: Db) {
        let company = Company::on(db).await;
        let document = begun(&company, &company.wang, "旧稿", "作废的内容\n").await;
        let id = &document.id;
        company.does(&company.li, async |work| documents::trash(work, id).await).await.unwrap();
        assert!(found(&company, &company.li, "作废").await.is_empty());
        let kept = DocumentFilter { collaboration: Some(company.collaboration.clone()), ..DocumentFilter::default() };
        let trash = DocumentFilter { trashed: true, ..kept.clone() };
        assert!(listed(&company, &company.li, kept.clone()).await.is_empty());
        assert_eq!(listed(&company, &company.zhou, trash.clone()).await, ["旧稿"]);
        let shown = page(&company, &company.zhou, id).await.unwrap();
        assert_eq!(shown.document.trashed.unwrap().by.name, "李强");
        for outcome in [
            save(&company, &company.li, id, 1, "改").await,
            company.does(&company.li, async |work| documents::trash(work, id).await).await,
            company.does(&company.wang, async |work| documents::share(work, id, Sharing::default()).await).await,
        ] {
            assert!(matches!(outcome, Err(ActionError::InTrash)), "{outcome:?}");
        }
        company.does(&company.zhou, async |work| documents::restore(work, id).await).await.unwrap();
        company.does(&company.zhou, async |work| documents::restore(work, id).await).await.unwrap();
        assert_eq!(found(&company, &company.li, "作废").await, ["D1"]);
        assert_eq!(listed(&company, &company.li, kept).await, ["旧稿"]);
        assert!(listed(&company, &company.li, trash).await.is_empty());
        let told = company.history(&Subject::Document(id.clone())).await;
        assert_eq!(told, ["从回收站恢复", "移入回收站", "新建文档"], "once each");
    }

    async fn f4_from_a_document_to_a_task_and_back(db: Db) {
        let company = Company::on(db).await;
        let task = company.task("评估数据导出的技术可行性", &company.li).await;
        let other = company.task("更新导出页面的原型", &company.zhou).await;
        let text = format!("背景见[任务](/tasks/{})\n", task.id);
        let document = begun(&company, &company.wang, "背景", &text).await;
        let id = &document.id;
        let target = Subject::Task(other.id.clone());
        company.does(&company.wang, async |work| documents::link(work, id, &target, true).await).await.unwrap();
        let shown = page(&company, &company.wang, id).await.unwrap();
        let mut links: Vec<(&str, &str, bool)> =
            shown.links.iter().map(|link| (link.kind, link.title.as_str(), link.by_hand)).collect();
        links.sort_unstable();
        assert_eq!(links, [("task", "更新导出页面的原型", true), ("task", "评估数据导出的技术可行性", false)]);
        for linked in [&task.id, &other.id] {
            let filter = DocumentFilter { linked: Some(linked.to_string()), ..DocumentFilter::default() };
            assert_eq!(listed(&company, &company.li, filter).await, ["背景"]);
        }
        let told = company.history(&Subject::Task(other.id.clone())).await;
        assert!(told.iter().any(|line| line.contains("D1")), "{told:?}");

        // A document can be about a thing from the start, and about nothing that one may not see.
        let record = task.record.clone().unwrap();
        let about = Some(Subject::Record(record.clone()));
        let new = NewDocument { about, ..NewDocument::of(company.collaboration.clone(), "结论", "") };
        let second = company.does(&company.li, async |work| documents::create(work, new).await).await.unwrap();
        let of_record = DocumentFilter { linked: Some(record.to_string()), ..DocumentFilter::default() };
        assert_eq!(listed(&company, &company.li, of_record.clone()).await, ["结论"]);
        for unknown in [Subject::Person(company.li.clone()), Subject::Document(second.id.clone())] {
            let outcome = company.does(&company.li, async |work| documents::link(work, &second.id, &unknown, true).await).await;
            assert!(matches!(&outcome, Err(ActionError::Invalid(fields)) if fields[0].field == "target"), "{outcome:?}");
        }
        let about = Subject::Record(record);
        company.does(&company.li, async |work| documents::link(work, &second.id, &about, false).await).await.unwrap();
        assert!(listed(&company, &company.li, of_record).await.is_empty());
    }
}
