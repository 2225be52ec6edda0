//! Makes the simulators' company known to Huan: its people, departments, identities, groups and accounts, as an
//! administrator would have entered them. For the demo and the tests.

use std::collections::BTreeMap;

use huan_app::{ActionError, App, engine::accounts};
use huan_connect::Settings;
use huan_core::{
    calendar::WorkingHours,
    clock::ServiceLevels,
    collaboration::{Channel, Collaboration, CollaborationState, Membership, Role},
    i18n::Language,
    id::{AccountId, CollaborationId, DepartmentId, Id, Kind, PersonId},
    person::{Department, Identity, Person, Standing},
    platform::{ForeignConversation, ForeignUser, PlatformKey},
};
use huan_sim::{Connection, PlatformName, organisation::Organisation};
use huan_store::{PlatformAccount, Tx};

/// In whose name Huan writes on Teambition where nobody else is the author.
const OPERATOR: &str = "hejing";

/// What was made, by the simulators' keys.
#[derive(Debug, Clone)]
pub struct Company {
    /// The people.
    pub people: BTreeMap<String, PersonId>,
    /// The Feishu account.
    pub feishu: AccountId,
    /// The DingTalk account.
    pub dingtalk: AccountId,
    /// The Teambition account.
    pub teambition: AccountId,
}

impl Company {
    /// The person with this key.
    ///
    /// # Errors
    /// When the simulators' company has no such person.
    pub fn person(&self, key: &str) -> Result<PersonId, ActionError> {
        self.people.get(key).cloned().ok_or_else(|| ActionError::Internal(format!("no simulated person «{key}»")))
    }
}

/// Settings of the accounts that differ from the plain ones, such as hearing over HTTP.
#[derive(Debug, Clone, Default)]
pub struct Differences {
    /// Of the Feishu account.
    pub feishu: Vec<(String, String)>,
    /// Of the DingTalk account.
    pub dingtalk: Vec<(String, String)>,
    /// Of the Teambition account.
    pub teambition: Vec<(String, String)>,
}

/// Enters the company and opens its accounts.
///
/// # Errors
/// When the database fails.
pub async fn enter(app: &App, connection: &Connection, differences: &Differences) -> Result<Company, ActionError> {
    let mut entering = Entering { app, tx: app.db.write().await?, connection };
    entering.name_workspace().await?;
    let departments = entering.departments().await?;
    let people = entering.people(&departments).await?;
    let feishu = entering.account("feishu", "飞书", feishu_settings(connection, &differences.feishu)).await?;
    let dingtalk = entering.account("dingtalk", "钉钉", dingtalk_settings(connection, &differences.dingtalk)).await?;
    let settings = teambition_settings(connection, &differences.teambition)?;
    let teambition = entering.account("teambition", "Teambition", settings).await?;
    let company = Company { people, feishu, dingtalk, teambition };
    entering.identities(&company).await?;
    entering.tx.commit().await?;
    accounts::open_all(app).await?;
    Ok(company)
}

/// Enters the accounts only: the people are to be imported.
///
/// # Errors
/// When the database fails.
pub async fn enter_accounts(app: &App, connection: &Connection) -> Result<Company, ActionError> {
    let mut entering = Entering { app, tx: app.db.write().await?, connection };
    let feishu = entering.account("feishu", "飞书", feishu_settings(connection, &[])).await?;
    let dingtalk = entering.account("dingtalk", "钉钉", dingtalk_settings(connection, &[])).await?;
    let teambition = entering.account("teambition", "Teambition", teambition_settings(connection, &[])?).await?;
    entering.tx.commit().await?;
    accounts::open_all(app).await?;
    Ok(Company { people: BTreeMap::new(), feishu, dingtalk, teambition })
}

/// Finds a company that was entered before, and tells its accounts where the simulators are now.
///
/// # Errors
/// When the database fails or somebody of the company is not in it.
pub async fn find(app: &App, connection: &Connection) -> Result<Company, ActionError> {
    let missing = |what: &str| ActionError::Internal(format!("{what} is not in this database"));
    let mut tx = app.db.write().await?;
    let known = tx.people(&app.workspace).await?;
    let mut people = BTreeMap::new();
    for simulated in &connection.people {
        let number = &simulated.person.staff_number;
        let person = known.iter().find(|person| person.staff_number.as_ref() == Some(number));
        let person = person.ok_or_else(|| missing(&simulated.person.name))?;
        people.insert(simulated.person.key.clone(), person.id.clone());
    }
    let mut moved = Vec::new();
    for (platform, settings) in [
        ("feishu", feishu_settings(connection, &[])),
        ("dingtalk", dingtalk_settings(connection, &[])),
        ("teambition", teambition_settings(connection, &[])?),
    ] {
        let all = tx.accounts(&app.workspace).await?;
        let account = all.into_iter().find(|account| account.platform.as_str() == platform);
        let mut account = account.ok_or_else(|| missing(platform))?;
        account.settings = accounts::seal(app, &account.id, &settings)?;
        tx.update_account(&app.workspace, &mut account).await?;
        moved.push(account.id);
    }
    tx.commit().await?;
    accounts::open_all(app).await?;
    let [feishu, dingtalk, teambition] = moved.try_into().map_err(|_| missing("an account"))?;
    Ok(Company { people, feishu, dingtalk, teambition })
}

/// A collaboration to be entered, with the groups in which it is talked about.
#[derive(Debug, Clone, Copy)]
pub struct NewCollaboration<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its core goal.
    pub goal: &'a str,
    /// The keys of its initiator and assistant.
    pub initiator: &'a str,
    /// The key of its assistant.
    pub assistant: &'a str,
    /// The keys of its further members, with their duties.
    pub members: &'a [(&'a str, &'a str)],
    /// The keys of its groups.
    pub groups: &'a [&'a str],
}

/// Enters a collaboration.
///
/// # Errors
/// When the database fails or a key is unknown.
pub async fn enter_collaboration(
    app: &App,
    connection: &Connection,
    company: &Company,
    new: NewCollaboration<'_>,
) -> Result<CollaborationId, ActionError> {
    let mut entering = Entering { app, tx: app.db.write().await?, connection };
    let collaboration = Collaboration {
        id: entering.id(),
        name: new.name.to_owned(),
        goal: new.goal.to_owned(),
        goal_on: Some(app.now().to_zoned(app.zone()).date().saturating_add(jiff::Span::new().days(30))),
        state: CollaborationState::Running,
        levels: ServiceLevels::default(),
        created_at: app.now(),
        version: 1,
    };
    entering.tx.insert_collaboration(&app.workspace, &collaboration).await?;
    let lead = [
        (new.initiator, Role::Initiator, "提出需求，对结果负责"),
        (new.assistant, Role::Assistant, "维护协作信息记录表"),
    ];
    let members = new.members.iter().map(|(key, duty)| (*key, Role::Member, *duty));
    for (key, role, duty) in lead.into_iter().chain(members) {
        let membership = Membership {
            id: entering.id(),
            collaboration: collaboration.id.clone(),
            person: company.person(key)?,
            role,
            duty: duty.to_owned(),
        };
        entering.tx.insert_member(&app.workspace, &membership).await?;
    }
    for key in new.groups {
        entering.channel(company, &collaboration.id, key).await?;
    }
    entering.tx.commit().await?;
    Ok(collaboration.id)
}

struct Entering<'a> {
    app: &'a App,
    tx: Tx,
    connection: &'a Connection,
}

impl Entering<'_> {
    fn id<K: Kind>(&self) -> Id<K> {
        Id::new(&*self.app.time, &*self.app.entropy)
    }

    async fn name_workspace(&mut self) -> Result<(), ActionError> {
        let mut workspace = self.tx.workspace(&self.app.workspace).await?.ok_or(ActionError::NotFound("workspace"))?;
        workspace.name.clone_from(&self.connection.organisation);
        Ok(self.tx.update_workspace(&workspace).await?)
    }

    async fn departments(&mut self) -> Result<BTreeMap<String, DepartmentId>, ActionError> {
        let mut known = BTreeMap::new();
        let organisation = Organisation::seeded().map_err(|error| ActionError::Internal(error.to_string()))?;
        for simulated in organisation.departments {
            let department = Department { id: self.id(), name: simulated.name, parent: None };
            self.tx.insert_department(&self.app.workspace, &department).await?;
            known.insert(simulated.key, department.id);
        }
        Ok(known)
    }

    async fn people(
        &mut self,
        departments: &BTreeMap<String, DepartmentId>,
    ) -> Result<BTreeMap<String, PersonId>, ActionError> {
        let mut people = BTreeMap::new();
        let connection = self.connection;
        for known in &connection.people {
            let known = &known.person;
            let person = Person {
                id: self.id(),
                name: known.name.clone(),
                department: departments.get(&known.department).cloned(),
                job: known.job_title.clone(),
                superior: None,
                hours: WorkingHours::office_in_china(),
                language: Language::Chinese,
                mobile: Some(known.mobile.clone()),
                mail: Some(known.email.clone()),
                staff_number: Some(known.staff_number.clone()),
                administrator: false,
                standing: Standing::Active,
                version: 1,
            };
            self.tx.insert_person(&self.app.workspace, &person).await?;
            people.insert(known.key.clone(), person.id);
        }
        for known in &connection.people {
            let superior = known.person.superior.as_ref().and_then(|key| people.get(key));
            if let (Some(superior), Some(id)) = (superior, people.get(&known.person.key)) {
                let person = self.tx.person(&self.app.workspace, id).await?;
                let mut person = person.ok_or(ActionError::NotFound("person"))?;
                person.superior = Some(superior.clone());
                self.tx.update_person(&self.app.workspace, &mut person).await?;
            }
        }
        Ok(people)
    }

    async fn account(&mut self, platform: &str, name: &str, settings: Settings) -> Result<AccountId, ActionError> {
        let id: AccountId = self.id();
        let account = PlatformAccount {
            settings: accounts::seal(self.app, &id, &settings)?,
            id: id.clone(),
            platform: PlatformKey::new(platform),
            name: name.to_owned(),
            enabled: true,
            created_at: self.app.now(),
            version: 1,
        };
        self.tx.insert_account(&self.app.workspace, &account).await?;
        Ok(id)
    }

    async fn identities(&mut self, company: &Company) -> Result<(), ActionError> {
        let connection = self.connection;
        for known in &connection.people {
            let person = company.person(&known.person.key)?;
            if let Some(ids) = &known.feishu {
                let aliases = vec![ForeignUser::new(&ids.user_id), ForeignUser::new(&ids.union_id)];
                let user = ForeignUser::new(&ids.open_id);
                self.identity(&company.feishu, &person, user, aliases, &known.person.name, true).await?;
            }
            if let Some(ids) = &known.dingtalk {
                let aliases = vec![ForeignUser::new(format!("union:{}", ids.union_id))];
                let user = ForeignUser::new(&ids.user_id);
                // Whoever lives on both platforms is reached on Feishu first.
                let preferred = known.feishu.is_none();
                self.identity(&company.dingtalk, &person, user, aliases, &known.person.name, preferred).await?;
            }
            if let Some(ids) = &known.teambition {
                let user = ForeignUser::new(&ids.user_id);
                // Nobody is reached there: it has tasks and no messages.
                self.identity(&company.teambition, &person, user, Vec::new(), &known.person.name, false).await?;
            }
        }
        Ok(())
    }

    async fn identity(
        &mut self,
        account: &AccountId,
        person: &PersonId,
        user: ForeignUser,
        aliases: Vec<ForeignUser>,
        name: &str,
        preferred: bool,
    ) -> Result<(), ActionError> {
        let identity = Identity {
            id: self.id(),
            person: Some(person.clone()),
            account: account.clone(),
            user,
            aliases,
            name: name.to_owned(),
            preferred,
        };
        Ok(self.tx.insert_identity(&self.app.workspace, &identity).await?)
    }

    async fn channel(
        &mut self,
        company: &Company,
        collaboration: &CollaborationId,
        key: &str,
    ) -> Result<(), ActionError> {
        let group = self.connection.groups.iter().find(|group| group.key == key);
        let group = group.ok_or_else(|| ActionError::Internal(format!("no simulated group «{key}»")))?;
        let channel = Channel {
            id: self.id(),
            collaboration: Some(collaboration.clone()),
            account: match group.platform {
                PlatformName::Feishu => company.feishu.clone(),
                PlatformName::Dingtalk => company.dingtalk.clone(),
                PlatformName::Teambition => {
                    return Err(ActionError::Internal(format!("no conversations on Teambition: «{key}»")));
                }
            },
            conversation: ForeignConversation::new(&group.id),
            title: group.name.clone(),
            has_outsiders: false,
            present: true,
        };
        Ok(self.tx.insert_channel(&self.app.workspace, &channel).await?)
    }
}

fn feishu_settings(connection: &Connection, differences: &[(String, String)]) -> Settings {
    let feishu = &connection.feishu;
    let plain = [
        ("app_id", feishu.app_id.clone()),
        ("app_secret", feishu.app_secret.clone()),
        ("verification_token", feishu.verification_token.clone()),
        ("encrypt_key", feishu.encrypt_key.clone()),
        ("base_url", feishu.base_url.clone()),
    ];
    with(plain, differences)
}

fn dingtalk_settings(connection: &Connection, differences: &[(String, String)]) -> Settings {
    let dingtalk = &connection.dingtalk;
    let plain = [
        ("client_id", dingtalk.client_id.clone()),
        ("client_secret", dingtalk.client_secret.clone()),
        ("corp_id", dingtalk.corp_id.clone()),
        ("robot_code", dingtalk.robot_code.clone()),
        ("api_base", dingtalk.api_base_url.clone()),
        ("oapi_base", dingtalk.oapi_base_url.clone()),
        ("callback_token", dingtalk.callback_token.clone()),
        ("callback_aes_key", dingtalk.callback_aes_key.clone()),
        ("card_template", dingtalk.card_templates.first().cloned().unwrap_or_default()),
        // A link back to a message opens the simulators' page.
        ("conversation_link", format!("{}#dingtalk/{{conversation}}//{{message}}", connection.page)),
    ];
    with(plain, differences)
}

fn teambition_settings(connection: &Connection, differences: &[(String, String)]) -> Result<Settings, ActionError> {
    let teambition = &connection.teambition;
    // What Huan does of itself is done in the assistant's name.
    let operator = connection.people.iter().find(|known| known.person.key == OPERATOR);
    let operator = operator.and_then(|known| known.teambition.as_ref());
    let operator = operator.ok_or_else(|| ActionError::Internal(format!("{OPERATOR} is not on Teambition")))?;
    let plain = [
        ("app_id", teambition.app_id.clone()),
        ("app_secret", teambition.app_secret.clone()),
        ("organization_id", teambition.organization_id.clone()),
        ("operator_id", operator.user_id.clone()),
        ("base_url", teambition.base_url.clone()),
        ("link_url", teambition.web_url.clone()),
    ];
    Ok(with(plain, differences))
}

fn with<const N: usize>(plain: [(&str, String); N], differences: &[(String, String)]) -> Settings {
    let mut settings: Settings = plain.into_iter().collect();
    for (key, value) in differences {
        settings.set(key, value);
    }
    settings
}
