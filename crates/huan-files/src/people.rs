//! Lists of people 「人员导入模板」: which columns there are, and what is wrong in which cell.

use std::collections::{HashMap, HashSet};

use huan_core::{
    directory::{SourceDepartment, SourcePerson, keys},
    i18n::{Language, text},
};

use crate::sheet::{self, Kind, Rows, SheetError, Table};

/// The longest text of a cell, in characters.
const LONGEST: usize = 200;
/// How many rows are looked through for the heading.
const HEADING_WITHIN: usize = 10;

/// A column of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Column {
    /// 姓名
    Name,
    /// 手机号
    Mobile,
    /// 邮箱
    Mail,
    /// 工号
    StaffNumber,
    /// 部门
    Department,
    /// 职务
    Job,
    /// 直接上级
    Superior,
    /// 状态: 在职 or 离职
    Standing,
}

impl Column {
    /// Every column, in the order of the template.
    pub const ALL: [Self; 8] = [
        Self::Name,
        Self::Mobile,
        Self::Mail,
        Self::StaffNumber,
        Self::Department,
        Self::Job,
        Self::Superior,
        Self::Standing,
    ];

    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Mobile => "mobile",
            Self::Mail => "mail",
            Self::StaffNumber => "staff_number",
            Self::Department => "department",
            Self::Job => "job",
            Self::Superior => "superior",
            Self::Standing => "standing",
        }
    }

    /// The heading in a language.
    pub fn heading(self, language: Language) -> String {
        text(language, &format!("directory.column.{}", self.name()), &[])
    }

    /// Other headings that lists from elsewhere use.
    fn also(self) -> &'static [&'static str] {
        match self {
            Self::Name => &["员工姓名", "名字", "full name"],
            Self::Mobile => &["手机", "手机号码", "联系电话", "电话", "phone", "mobile phone"],
            Self::Mail => &["邮件", "电子邮箱", "企业邮箱", "email", "e-mail", "mail address"],
            Self::StaffNumber => &["员工编号", "员工工号", "employee number", "employee no", "staff no"],
            Self::Department => &["所属部门", "所在部门", "部门名称"],
            Self::Job => &["职位", "岗位", "职称", "job", "job title", "title", "position"],
            Self::Superior => &["上级", "直属上级", "直属主管", "主管", "manager", "supervisor", "reports to"],
            Self::Standing => &["在职状态", "员工状态", "status", "state"],
        }
    }

    fn of(heading: &str) -> Option<Self> {
        let heading = keys::name(heading.trim_matches(['*', '＊', ' ', '\u{FEFF}']));
        let same = |title: &str| keys::name(title) == heading;
        Self::ALL.into_iter().find(|column| {
            Language::ALL.into_iter().any(|language| same(&column.heading(language)))
                || column.also().iter().any(|title| same(title))
        })
    }

    fn width(self) -> u16 {
        match self {
            Self::Mail | Self::Department | Self::Superior => 28,
            Self::Mobile | Self::Job => 18,
            Self::Name | Self::StaffNumber | Self::Standing => 14,
        }
    }
}

/// What a list of people says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PeopleList {
    /// The people whose rows are in order.
    pub people: Vec<SourcePerson>,
    /// Their departments.
    pub departments: Vec<SourceDepartment>,
    /// What is wrong, in the order of the rows.
    pub problems: Vec<CellProblem>,
    /// Headings that mean nothing here.
    pub ignored_columns: Vec<String>,
}

/// Something wrong in a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellProblem {
    /// The row as the spreadsheet numbers it, from 1.
    pub row: usize,
    /// The column; none when the row as a whole is wrong.
    pub column: Option<Column>,
    /// What is wrong; the text is `directory.problem.<code>`.
    pub code: &'static str,
    /// What stands there.
    pub value: String,
}

/// A file that is no list of people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// It is no table.
    #[error(transparent)]
    Sheet(#[from] SheetError),
    /// No row has the heading of the name.
    #[error("no row has the heading «{0}»")]
    NoHeading(String),
}

impl ListError {
    /// The stable code; the text is `directory.problem.<code>`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Sheet(SheetError::TooLarge | SheetError::TooManyRows) => "too_large",
            Self::Sheet(SheetError::Empty) => "empty",
            Self::Sheet(SheetError::Unreadable(_)) => "unreadable",
            Self::NoHeading(_) => "no_heading",
        }
    }
}

/// The template to fill in.
///
/// # Errors
/// When it cannot be written.
pub fn template(kind: Kind, language: Language) -> Result<Vec<u8>, SheetError> {
    let headings: Vec<String> = Column::ALL.into_iter().map(|column| column.heading(language)).collect();
    let columns: Vec<(&str, u16)> =
        headings.iter().zip(Column::ALL).map(|(heading, column)| (heading.as_str(), column.width())).collect();
    let notes: Vec<Vec<String>> = Column::ALL
        .into_iter()
        .map(|column| {
            let help = text(language, &format!("directory.column.{}_help", column.name()), &[]);
            vec![column.heading(language), help]
        })
        .collect();
    let name = text(language, "directory.template.sheet", &[]);
    let explanation = text(language, "directory.template.explanation", &[]);
    sheet::write(kind, Table { name: &name, columns: &columns, rows: &[], notes: Some((&explanation, &notes)) })
}

/// Reads a list of people. A row with something wrong in it is told and left out.
///
/// # Errors
/// When the file is no table or no row has a heading for names.
pub fn read(file: &[u8]) -> Result<PeopleList, ListError> {
    from_rows(&sheet::read(file)?)
}

fn from_rows(rows: &Rows) -> Result<PeopleList, ListError> {
    let (heading, columns) = rows
        .iter()
        .take(HEADING_WITHIN)
        .enumerate()
        .map(|(place, row)| (place, row.iter().map(|cell| Column::of(cell)).collect::<Vec<_>>()))
        .find(|(_, columns)| columns.contains(&Some(Column::Name)))
        .ok_or_else(|| ListError::NoHeading(Column::Name.heading(Language::Chinese)))?;
    let mut reading = Reading { list: PeopleList::default(), names: HashMap::new(), rows: HashMap::new() };
    for (cell, column) in rows[heading].iter().zip(&columns) {
        if column.is_none() && !cell.trim().is_empty() {
            reading.list.ignored_columns.push(cell.trim().to_owned());
        }
    }
    for (place, row) in rows.iter().enumerate().skip(heading + 1) {
        let cells: HashMap<Column, &str> = columns
            .iter()
            .zip(row)
            .filter_map(|(column, cell)| Some(((*column)?, cell.trim())))
            .filter(|(_, cell)| !cell.is_empty())
            .collect();
        if !cells.is_empty() {
            reading.row(place + 1, &cells);
        }
    }
    Ok(reading.finish())
}

struct Reading {
    list: PeopleList,
    /// Who has this name, when one has it.
    names: HashMap<String, Option<String>>,
    /// By each key in its one form: the row, and the main key of whose it is.
    rows: HashMap<String, (usize, String)>,
}

impl Reading {
    fn problem(&mut self, row: usize, column: Option<Column>, code: &'static str, value: &str) {
        self.list.problems.push(CellProblem { row, column, code, value: value.chars().take(LONGEST).collect() });
    }

    fn row(&mut self, row: usize, cells: &HashMap<Column, &str>) {
        let before = self.list.problems.len();
        for (column, cell) in cells {
            if cell.chars().count() > LONGEST {
                self.problem(row, Some(*column), "too_long", cell);
            }
        }
        let cell = |column: Column| cells.get(&column).copied();
        let name = cell(Column::Name);
        if name.is_none() {
            self.problem(row, Some(Column::Name), "required", "");
        }
        let mut key = |column: Column, read: fn(&str) -> Option<String>, code: &'static str| {
            let cell = cell(column)?;
            let key = read(cell);
            if key.is_none() {
                self.problem(row, Some(column), code, cell);
            }
            key
        };
        let staff_number = key(Column::StaffNumber, keys::staff_number, "malformed");
        let mobile = key(Column::Mobile, keys::mobile, "mobile_malformed");
        let mail = key(Column::Mail, keys::mail, "mail_malformed");
        let left = match cell(Column::Standing).map(keys::name).as_deref() {
            None | Some("在职" | "正式" | "试用" | "active" | "here") => false,
            Some("离职" | "已离职" | "left" | "inactive") => true,
            Some(_) => {
                self.problem(
                    row,
                    Some(Column::Standing),
                    "standing_unknown",
                    cell(Column::Standing).unwrap_or_default(),
                );
                false
            }
        };
        let own: Vec<(Column, String)> = [
            (Column::StaffNumber, staff_number.clone()),
            (Column::Mobile, mobile.clone()),
            (Column::Mail, mail.clone()),
        ]
        .into_iter()
        .filter_map(|(column, key)| Some((column, format!("{}:{}", column.name(), key?))))
        .collect();
        if own.is_empty() && self.list.problems.len() == before {
            self.problem(row, None, "no_key", name.unwrap_or_default());
        }
        for (column, key) in &own {
            if let Some((other, _)) = self.rows.get(key) {
                let other = other.to_string();
                self.problem(row, Some(*column), "twice", &other);
            }
        }
        let (Some(name), Some((_, main))) = (name, own.first()) else { return };
        if self.list.problems.len() > before {
            return;
        }
        let main = main.clone();
        for (_, key) in own {
            self.rows.insert(key, (row, main.clone()));
        }
        self.names.entry(keys::name(name)).and_modify(|holder| *holder = None).or_insert_with(|| Some(main.clone()));
        let person = SourcePerson {
            key: main,
            aliases: Vec::new(),
            name: name.to_owned(),
            departments: cell(Column::Department).and_then(|path| self.department(path)).into_iter().collect(),
            job: cell(Column::Job).map(str::to_owned),
            superior: cell(Column::Superior).map(str::to_owned),
            mobile,
            mail,
            staff_number,
            left,
        };
        self.list.people.push(person);
    }

    /// The department at a path such as 研发部/后端组, made with all above it.
    fn department(&mut self, path: &str) -> Option<String> {
        let mut parent: Option<String> = None;
        for name in path.split(['/', '／', '>', '＞']).map(str::trim).filter(|name| !name.is_empty()) {
            let key = parent.as_ref().map_or_else(|| name.to_owned(), |above| format!("{above}/{name}"));
            if !self.list.departments.iter().any(|one| one.key == key) {
                self.list.departments.push(SourceDepartment {
                    key: key.clone(),
                    name: name.to_owned(),
                    parent: parent.clone(),
                    ..SourceDepartment::default()
                });
            }
            parent = Some(key);
        }
        parent
    }

    /// A superior named in words becomes the key of their row; one who is not in the list stays in words.
    fn finish(mut self) -> PeopleList {
        let people: HashSet<String> = self.list.people.iter().map(|person| person.key.clone()).collect();
        for person in &mut self.list.people {
            let Some(words) = person.superior.as_deref() else { continue };
            let forms = [
                keys::staff_number(words).map(|key| format!("{}:{key}", Column::StaffNumber.name())),
                keys::mobile(words).map(|key| format!("{}:{key}", Column::Mobile.name())),
                keys::mail(words).map(|key| format!("{}:{key}", Column::Mail.name())),
            ];
            let by_key = forms.into_iter().flatten().find_map(|form| self.rows.get(&form)).map(|(_, key)| key.clone());
            let found = by_key.or_else(|| self.names.get(&keys::name(words)).cloned().flatten());
            if let Some(key) = found.filter(|key| people.contains(key)) {
                person.superior = Some(key);
            }
        }
        self.list.problems.sort_by_key(|problem| problem.row);
        self.list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(text: &str) -> PeopleList {
        read(text.as_bytes()).unwrap()
    }

    fn problems(list: &PeopleList) -> Vec<(usize, Option<&'static str>, &'static str, &str)> {
        let short = |problem: &CellProblem| (problem.row, problem.column.map(Column::name), problem.code);
        list.problems.iter().map(|one| (short(one).0, short(one).1, short(one).2, one.value.as_str())).collect()
    }

    #[test]
    fn a3_the_template_is_a_list_of_nobody_in_both_languages_and_formats() {
        for language in Language::ALL {
            for kind in [Kind::Xlsx, Kind::Csv] {
                let file = template(kind, language).unwrap();
                let rows = sheet::read(&file).unwrap();
                assert_eq!(rows.len(), 1);
                assert_eq!(rows[0].len(), Column::ALL.len());
                assert_eq!(read(&file).unwrap(), PeopleList::default(), "{language:?} {kind:?}");
            }
        }
    }

    #[test]
    fn a3_a_list_is_read_with_departments_and_superiors() {
        let list = list(
            "样板公司人员表\n姓名*,手机,Email,工号,部门,职位,上级,备注\n\
             李强,138 0000 0001,LI@example.com,a1,研发部,研发组长,王总,\n\
             小陈,,,A2,研发部/后端组,工程师,+8613800000001,远程\n\
             王总,13800000009,,,,总监,,\n\
             小周,13800000003,,,设计组,,外面的人,\n",
        );
        assert_eq!(list.problems, []);
        assert_eq!(list.ignored_columns, ["备注"]);
        let names: Vec<&str> = list.people.iter().map(|person| person.name.as_str()).collect();
        assert_eq!(names, ["李强", "小陈", "王总", "小周"]);
        let (lead, boss) = (&list.people[0], &list.people[2]);
        assert_eq!((lead.mobile.as_deref(), lead.mail.as_deref()), (Some("13800000001"), Some("li@example.com")));
        assert_eq!(lead.staff_number.as_deref(), Some("A1"));
        assert_eq!(lead.superior.as_ref(), Some(&boss.key), "by name");
        assert_eq!(list.people[1].superior.as_ref(), Some(&lead.key), "by mobile number");
        assert_eq!(list.people[3].superior.as_deref(), Some("外面的人"), "somebody who is not in the list");
        let departments: Vec<(&str, Option<&str>)> =
            list.departments.iter().map(|one| (one.name.as_str(), one.parent.as_deref())).collect();
        assert_eq!(departments, [("研发部", None), ("后端组", Some("研发部")), ("设计组", None)]);
        assert_eq!(list.people[1].departments, ["研发部/后端组"]);
    }

    #[test]
    fn a3_what_is_wrong_is_told_by_row_and_cell() {
        let list = list(
            "姓名,手机号,邮箱,工号,状态\n李强,13800000001,,,\n,13800000002,,,\n王晓,无,,,\n周婷,,zhou@,,\n\
             陈明,,,,\n赵敏,+86-13800000001,,,\n吴前,13800000007,,,休假\n何静,13800000008,,,离职\n",
        );
        assert_eq!(
            problems(&list),
            [
                (3, Some("name"), "required", ""),
                (4, Some("mobile"), "mobile_malformed", "无"),
                (5, Some("mail"), "mail_malformed", "zhou@"),
                (6, None, "no_key", "陈明"),
                (7, Some("mobile"), "twice", "2"),
                (8, Some("standing"), "standing_unknown", "休假"),
            ]
        );
        let names: Vec<(&str, bool)> = list.people.iter().map(|one| (one.name.as_str(), one.left)).collect();
        assert_eq!(names, [("李强", false), ("何静", true)]);
    }

    #[test]
    fn a_file_that_is_no_list_of_people_is_refused() {
        assert_eq!(read("主题,负责人\n评审,李强\n".as_bytes()).unwrap_err().code(), "no_heading");
        assert_eq!(read(b"").unwrap_err().code(), "empty");
        assert_eq!(read(b"PK no").unwrap_err().code(), "unreadable");
        let long = format!("姓名,工号\n{},1\n", "名".repeat(LONGEST + 1));
        assert_eq!(list(&long).problems[0].code, "too_long");
    }
}
