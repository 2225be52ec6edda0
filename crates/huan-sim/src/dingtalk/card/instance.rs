//! A card instance and what each reader sees of it (DingTalk, cards §8.1, §8.5 and §8.8).

use std::collections::BTreeMap;

use serde_json::Value;

use super::template::Variables;

/// How presses on the card reach the app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CallbackRoute {
    /// Nobody is told.
    None,
    /// Over a stream connection.
    Stream,
    /// To the URL registered under this route key.
    Http(String),
}

/// One card: a template with data, shown in any number of spaces.
#[derive(Debug, Clone)]
pub(crate) struct Card {
    pub(crate) template_id: String,
    pub(crate) route: CallbackRoute,
    pub(crate) by_union_id: bool,
    pub(crate) shared: Variables,
    pub(crate) private: BTreeMap<String, Variables>,
    /// What the answer to a press changed, for the person who pressed only, until the card is updated for everybody.
    answered: BTreeMap<String, Overlay>,
    /// Spaces the card may be delivered to.
    pub(crate) spaces: Spaces,
    /// Whether it was changed after it was made.
    pub(crate) updated: bool,
}

/// The kinds of space a card was prepared for: those whose space model was given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Spaces {
    pub(crate) groups: bool,
    pub(crate) robot_chats: bool,
    pub(crate) top_boxes: bool,
}

#[derive(Debug, Clone, Default)]
struct Overlay {
    shared: Option<Variables>,
}

/// Which data sets are merged by key; the others are overwritten whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct ByKey {
    pub(crate) shared: bool,
    pub(crate) private: bool,
}

impl Card {
    /// A card that nobody has pressed yet.
    pub(crate) fn new(
        template_id: String,
        route: CallbackRoute,
        by_union_id: bool,
        shared: Variables,
        private: BTreeMap<String, Variables>,
    ) -> Self {
        Self {
            template_id,
            route,
            by_union_id,
            shared,
            private,
            answered: BTreeMap::new(),
            spaces: Spaces::default(),
            updated: false,
        }
    }

    /// The variables as `user_id` sees them: shared, overlaid by the answer to their own press, overlaid by private.
    pub(crate) fn seen_by(&self, user_id: &str) -> Variables {
        let overlay = self.answered.get(user_id).and_then(|overlay| overlay.shared.as_ref());
        let mut seen = overlay.unwrap_or(&self.shared).clone();
        if let Some(own) = self.private.get(user_id) {
            seen.extend(own.clone());
        }
        seen
    }

    /// Applies `PUT /v1.0/card/instances`: everybody sees the result (§8.8).
    pub(crate) fn update(
        &mut self,
        shared: Option<Variables>,
        private: Option<BTreeMap<String, Variables>>,
        by_key: ByKey,
    ) {
        self.updated = true;
        if let Some(shared) = shared {
            assign(&mut self.shared, shared, by_key.shared);
            self.answered.clear();
        }
        for (user_id, variables) in private.unwrap_or_default() {
            assign(self.private.entry(user_id).or_default(), variables, by_key.private);
        }
    }

    /// Applies the answer to a press: only the person who pressed sees it (§8.5).
    pub(crate) fn answer(&mut self, user_id: &str, answer: &Value) {
        let by_key = ByKey::from_options(answer.get("cardUpdateOptions"));
        if let Some(shared) = param_map(answer.get("cardData")) {
            let overlay = self.answered.entry(user_id.to_owned()).or_default();
            let mut base = overlay.shared.take().unwrap_or_else(|| self.shared.clone());
            assign(&mut base, shared, by_key.shared);
            overlay.shared = Some(base);
        }
        if let Some(own) = param_map(answer.get("userPrivateData")) {
            assign(self.private.entry(user_id.to_owned()).or_default(), own, by_key.private);
        }
    }
}

impl ByKey {
    /// Reads `cardUpdateOptions`; absent means overwriting.
    pub(crate) fn from_options(options: Option<&Value>) -> Self {
        let flag = |name: &str| options.and_then(|options| options.get(name)).and_then(Value::as_bool) == Some(true);
        Self { shared: flag("updateCardDataByKey"), private: flag("updatePrivateDataByKey") }
    }
}

/// Reads `{"cardParamMap": {…}}`; values that are not strings are left out.
pub(crate) fn param_map(data: Option<&Value>) -> Option<Variables> {
    let map = data?.get("cardParamMap")?.as_object()?;
    Some(map.iter().filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect())
}

fn assign(target: &mut Variables, new: Variables, by_key: bool) {
    if by_key {
        target.extend(new);
    } else {
        *target = new;
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn vars(value: Value) -> Variables {
        serde_json::from_value(value).unwrap()
    }

    fn card() -> Card {
        let shared = vars(json!({"title": "t", "status": "pending"}));
        Card::new("x.schema".into(), CallbackRoute::Stream, false, shared, BTreeMap::new())
    }

    #[test]
    fn an_update_overwrites_unless_told_otherwise() {
        let mut whole = card();
        whole.update(Some(vars(json!({"status": "accepted"}))), None, ByKey::default());
        assert_eq!(whole.seen_by("anyone"), vars(json!({"status": "accepted"})));
        let mut merged = card();
        merged.update(Some(vars(json!({"status": "accepted"}))), None, ByKey { shared: true, private: true });
        assert_eq!(merged.seen_by("anyone"), vars(json!({"title": "t", "status": "accepted"})));
    }

    #[test]
    fn the_answer_to_a_press_is_seen_by_the_presser_until_everybody_is_updated() {
        let mut card = card();
        let answer = json!({"cardUpdateOptions": {"updateCardDataByKey": true, "updatePrivateDataByKey": true},
            "cardData": {"cardParamMap": {"status": "accepted"}},
            "userPrivateData": {"cardParamMap": {"clicked": "true"}}});
        card.answer("presser", &answer);
        assert_eq!(card.seen_by("presser"), vars(json!({"title": "t", "status": "accepted", "clicked": "true"})));
        assert_eq!(card.seen_by("other"), vars(json!({"title": "t", "status": "pending"})));
        card.update(Some(vars(json!({"status": "declined"}))), None, ByKey { shared: true, private: true });
        assert_eq!(card.seen_by("presser"), vars(json!({"title": "t", "status": "declined", "clicked": "true"})));
        assert_eq!(card.seen_by("other"), vars(json!({"title": "t", "status": "declined"})));
    }

    #[test]
    fn private_data_is_for_one_person() {
        let mut card = card();
        card.update(None, Some(BTreeMap::from([("a".to_owned(), vars(json!({"isOwner": "true"})))])), ByKey::default());
        assert_eq!(card.seen_by("a")["isOwner"], "true");
        assert!(!card.seen_by("b").contains_key("isOwner"));
    }

    #[test]
    fn values_that_are_not_strings_are_left_out() {
        assert_eq!(param_map(Some(&json!({"cardParamMap": {"a": 1, "b": "x"}}))), Some(vars(json!({"b": "x"}))));
    }
}
