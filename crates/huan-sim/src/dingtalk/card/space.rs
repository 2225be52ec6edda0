//! Where a card is delivered: the grammar of `openSpaceId` (DingTalk, cards §8.3).

const PREFIX: &str = "dtv1.card//";
const LENGTH_LIMIT: usize = 1000;

/// One place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Space {
    pub(crate) kind: SpaceKind,
    pub(crate) id: String,
}

/// The kinds of place that we simulate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SpaceKind {
    /// A group, by openConversationId.
    Group,
    /// A person's chat with the robot, by userId or unionId.
    RobotChat,
    /// The banner on top of a group.
    TopBox,
}

impl SpaceKind {
    /// The name in requests and answers.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Group => "IM_GROUP",
            Self::RobotChat => "IM_ROBOT",
            Self::TopBox => "ONE_BOX",
        }
    }

    /// The member of the request that says how to deliver there.
    pub(crate) fn deliver_model(self) -> &'static str {
        match self {
            Self::Group => "imGroupOpenDeliverModel",
            Self::RobotChat => "imRobotOpenDeliverModel",
            Self::TopBox => "topOpenDeliverModel",
        }
    }
}

/// Reads an `openSpaceId`; `None` when it breaks the grammar. The kind is read in either case, because one official
/// sample writes it small.
pub(crate) fn parse(open_space_id: &str) -> Option<Vec<Space>> {
    if open_space_id.len() > LENGTH_LIMIT {
        return None;
    }
    let list = open_space_id.strip_prefix(PREFIX)?;
    list.split(';')
        .map(|entry| {
            let (kind, id) = entry.split_once('.')?;
            let kind = match kind.to_ascii_uppercase().as_str() {
                "IM_GROUP" => SpaceKind::Group,
                "IM_ROBOT" => SpaceKind::RobotChat,
                "ONE_BOX" => SpaceKind::TopBox,
                _ => return None,
            };
            (!id.is_empty()).then(|| Space { kind, id: id.to_owned() })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_of_section_8_3() {
        let spaces = parse("dtv1.card//IM_GROUP.cidg2bR==;im_robot.user.123").unwrap();
        assert_eq!(spaces[0], Space { kind: SpaceKind::Group, id: "cidg2bR==".into() });
        assert_eq!(spaces[1], Space { kind: SpaceKind::RobotChat, id: "user.123".into() });
        for broken in
            ["", "dtv1.card//", "dtv1.card//IM_GROUP", "IM_GROUP.cid", "dtv1.card//MOON.x", "dtv1.card//IM_GROUP."]
        {
            assert_eq!(parse(broken), None, "{broken}");
        }
    }
}
