//! I5: news is gathered or left out as its reader wants it, quiet hours are kept, and what is urgent comes all the same.

use huan_app::actions::{
    notice_preferences,
    problems::{NewProblem, raise_problem},
    task_steps,
};
use huan_core::{
    id::PersonId,
    notice_preference::{Handling, News, NoticePreferences, QuietHours},
    problem::{Severity, Urgency},
};
use huan_store::{DeliveryFilter, Page, both_databases};
use jiff::civil::Time;

use crate::company::Company;

async fn prefers(company: &Company, person: &PersonId, preferences: NoticePreferences) {
    company.does(person, async |work| notice_preferences::set(work, preferences, None).await).await.unwrap();
}

fn about_tasks(handling: Handling) -> NoticePreferences {
    NoticePreferences { news: [(News::Tasks, handling)].into(), ..NoticePreferences::default() }
}

/// 李强 takes two tasks of 王晓 on; each is news for 王晓.
async fn two_accepted(company: &Company) {
    for name in ["评估数据导出", "画原型"] {
        let task = company.task(name, &company.li).await;
        company.does(&company.li, async |work| task_steps::accept(work, &task.id).await).await.unwrap();
        company.send().await;
    }
}

both_databases! {
    async fn i5_news_is_gathered_into_one_message_at_the_readers_time(db: Db) {
        let company = Company::on(db).await;
        prefers(&company, &company.wang, about_tasks(Handling::Gathered)).await;
        let before = company.told(&company.wang).len();
        two_accepted(&company).await;
        assert_eq!(company.told(&company.wang).len(), before, "nothing yet");
        assert!(!company.told(&company.li).is_empty(), "what asks to act comes at once");
        // What is gathered holds nothing else up.
        company.task_from(&company.li, "确认导出范围", &company.wang, &[]).await;
        company.send().await;
        let told = company.told(&company.wang);
        assert!(told.len() == before + 1 && told[before].contains("确认导出范围"), "{told:?}");
        company.until("2026-11-25T16:31[Asia/Shanghai]").await;
        let told = company.told(&company.wang);
        let gathered: Vec<&String> = told.iter().filter(|text| text.contains("已承接")).collect();
        assert_eq!(gathered.len(), 1, "{told:?}");
        let news = gathered[0];
        assert!(news.contains("评估数据导出") && news.contains("画原型") && news.contains("2 条"), "{news}");
        let filter = DeliveryFilter { person: Some(company.wang.clone()), ..DeliveryFilter::default() };
        let mut conn = company.app.db.read().await.unwrap();
        let all = conn.deliveries(&company.app.workspace, &filter, &Page::first(50)).await.unwrap().rows;
        assert!(all.iter().any(|one| one.reason.as_deref() == Some("delivery.reason.gathered")), "nothing vanishes");
    }

    async fn i5_news_that_is_not_wanted_is_not_sent_and_is_seen_among_the_deliveries(db: Db) {
        let company = Company::on(db).await;
        prefers(&company, &company.wang, about_tasks(Handling::Never)).await;
        let before = company.told(&company.wang).len();
        two_accepted(&company).await;
        company.until("2026-11-25T16:00[Asia/Shanghai]").await;
        assert_eq!(company.told(&company.wang).len(), before);
        let filter = DeliveryFilter { person: Some(company.wang.clone()), ..DeliveryFilter::default() };
        let mut conn = company.app.db.read().await.unwrap();
        let all = conn.deliveries(&company.app.workspace, &filter, &Page::first(50)).await.unwrap().rows;
        let unwanted = all.iter().filter(|one| one.reason.as_deref() == Some("delivery.reason.not_wanted")).count();
        assert_eq!(unwanted, 2);
    }

    async fn i5_quiet_hours_are_kept_but_for_what_is_urgent(db: Db) {
        let company = Company::beginning(db, "2026-11-25T21:00[Asia/Shanghai]").await;
        let quiet = QuietHours { from: Time::constant(21, 30, 0, 0), to: Time::constant(8, 0, 0, 0) };
        prefers(&company, &company.li, NoticePreferences { quiet: Some(quiet), ..NoticePreferences::default() }).await;
        company.until("2026-11-25T22:00[Asia/Shanghai]").await;
        let before = company.told(&company.li).len();
        company.task("评估数据导出", &company.li).await;
        company.send().await;
        assert_eq!(company.told(&company.li).len(), before, "an ordinary task waits");
        let urgency = Urgency::Urgent { severity: Severity::One };
        let of = company.collaboration.clone();
        let alarm = NewProblem { urgency, ..NewProblem::ordinary(of, "支付模块故障", Some(company.li.clone())) };
        company.does(&company.wang, async |work| raise_problem(work, alarm).await).await.unwrap();
        company.send().await;
        let told = company.told(&company.li);
        assert!(told.len() > before && told[before..].iter().all(|text| !text.contains("评估")), "{told:?}");
        assert!(told.iter().any(|text| text.contains("支付模块故障")), "{told:?}");
        company.until("2026-11-26T07:59[Asia/Shanghai]").await;
        assert!(!company.told(&company.li).iter().any(|text| text.contains("评估数据导出")));
        company.until("2026-11-26T08:01[Asia/Shanghai]").await;
        assert!(company.told(&company.li).iter().any(|text| text.contains("评估数据导出")));
    }
}
