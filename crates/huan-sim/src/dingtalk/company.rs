//! What the program is told when people join, change and leave (DingTalk, events §11.1).

use serde_json::{Map, Value, json};

use super::{Dingtalk, ids};
use crate::company::Difference;
use crate::lock::lock;
use crate::organisation::{Organisation, Person};
use crate::platform::PlatformName;

impl Dingtalk {
    /// The company has changed.
    pub(crate) fn company_changed(&self, company: &Organisation) {
        lock(&self.tenant).company_changed(company);
    }

    /// Tells of those who have an account here. An account that is given or taken is joining or leaving.
    pub(crate) fn tell_difference(&self, difference: &Difference) {
        let here = |person: &&Person| person.lives_on(PlatformName::Dingtalk);
        let stamp = self.shell.clock.millis().to_string();
        for (kind, departments) in
            [("org_dept_create", &difference.new_departments), ("org_dept_modify", &difference.changed_departments)]
        {
            let ids: Vec<u64> = departments.iter().map(|department| ids::department(&department.key)).collect();
            if !ids.is_empty() {
                self.emit_event(kind, json!({"deptId": ids}));
            }
        }
        let given = difference.changed.iter().filter(|(old, new)| !here(&old) && here(&new)).map(|(_, new)| new);
        for person in difference.joined.iter().filter(here).chain(given) {
            self.emit_event("user_add_org", json!({"timeStamp": stamp, "userId": [ids::person(&person.key).user_id]}));
        }
        let taken = difference.changed.iter().filter(|(old, new)| here(&old) && !here(&new)).map(|(old, _)| old);
        for person in difference.left.iter().filter(here).chain(taken) {
            self.emit_event(
                "user_leave_org",
                json!({"timeStamp": stamp, "userId": [ids::person(&person.key).user_id]}),
            );
        }
        for (old, new) in difference.changed.iter().filter(|(old, new)| here(&old) && here(&new)) {
            let user_id = ids::person(&new.key).user_id;
            let (before, after) = (fields(old), fields(new));
            let differs = |name: &String| before.get(name) != after.get(name);
            let only = |all: &Map<String, Value>| -> Map<String, Value> {
                all.iter()
                    .filter(|(name, _)| differs(name))
                    .map(|(name, value)| (name.clone(), value.clone()))
                    .collect()
            };
            let difference = json!({"prev": only(&before), "curr": only(&after), "userid": user_id});
            self.emit_event(
                "user_modify_org",
                json!({"timeStamp": stamp, "userId": [user_id], "diffInfo": difference}),
            );
        }
    }
}

/// A person under the names of the event.
fn fields(person: &Person) -> Map<String, Value> {
    let manager = person.superior.as_deref().map(|key| ids::person(key).user_id).unwrap_or_default();
    let all = json!({
        "name": person.name, "telephone": person.mobile, "email": person.email, "jobNumber": person.staff_number,
        "position": person.job_title, "managerUserid": manager, "department": [ids::department(&person.department)],
    });
    if let Value::Object(all) = all { all } else { Map::new() }
}
