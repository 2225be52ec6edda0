//! What the program is told when people join, change and leave (Feishu §4.8).

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::contact::DepartmentIdType;
use super::directory::{Directory, IdType, Member};
use super::model::Chat;
use super::{Feishu, PLATFORM, ids};
use crate::company::Difference;
use crate::lock::lock;
use crate::organisation::{Organisation, Person};

impl Feishu {
    /// The people and departments as they are now.
    pub(super) fn directory(&self) -> Arc<Directory> {
        lock(&self.directory).clone()
    }

    /// The company has changed. Whoever is new can be written to.
    pub(crate) fn company_changed(&self, company: &Organisation) {
        let directory = Arc::new(Directory::new(company));
        let mut model = lock(&self.model);
        for member in directory.all() {
            let id = ids::direct_chat(&member.person.key);
            model.chats.entry(id).or_insert_with(|| Chat::direct(&member.person));
        }
        *lock(&self.directory) = directory;
    }

    /// Tells of those who have an account here. An account that is given or taken is joining or leaving.
    pub(crate) fn tell_difference(&self, difference: &Difference) {
        let here = |person: &&Person| person.lives_on(PLATFORM);
        let departments = [
            ("contact.department.created_v3", &difference.new_departments),
            ("contact.department.updated_v3", &difference.changed_departments),
        ];
        for (kind, departments) in departments {
            for department in departments {
                self.emit(kind, json!({"object": self.department_object(department, IdType::Open), "old_object": {}}));
            }
        }
        let given = difference.changed.iter().filter(|(old, new)| !here(&old) && here(&new)).map(|(_, new)| new);
        for person in difference.joined.iter().filter(here).chain(given) {
            self.emit("contact.user.created_v3", json!({"object": self.as_told(person)}));
        }
        let taken = difference.changed.iter().filter(|(old, new)| here(&old) && !here(&new)).map(|(old, _)| old);
        for person in difference.left.iter().filter(here).chain(taken) {
            let mut object = self.as_told(person);
            let departments = object["department_ids"].take();
            object["status"]["is_resigned"] = json!(true);
            object["status"]["is_activated"] = json!(false);
            let old = json!({"department_ids": departments, "open_id": object["open_id"]});
            object["department_ids"] = json!([]);
            self.emit("contact.user.deleted_v3", json!({"object": object, "old_object": old}));
        }
        for (old, new) in difference.changed.iter().filter(|(old, new)| here(&old) && here(&new)) {
            let (before, after) = (self.as_told(old), self.as_told(new));
            let mut changed = Map::new();
            for (name, value) in before.as_object().into_iter().flatten() {
                if after.get(name) != Some(value) {
                    changed.insert(name.clone(), value.clone());
                }
            }
            self.emit("contact.user.updated_v3", json!({"object": after, "old_object": changed}));
        }
    }

    fn as_told(&self, person: &Person) -> Value {
        let member = Member { person: person.clone(), ids: ids::person(&person.key) };
        self.user_object(&member, IdType::Open, DepartmentIdType::Open)
    }
}
