//! Departments.

use huan_core::{
    id::{DepartmentId, WorkspaceId},
    person::Department,
};

use crate::{
    conn::{Conn, Row},
    error::{Error, Result},
    select::{Cursor, Listed, Page, Select},
    statement::statements,
    tx::Tx,
    value::{Kind, values},
};

statements! {
    ALL = "SELECT id, name, parent FROM department WHERE workspace = $1 ORDER BY name";
    BY_ID = "SELECT id, name, parent FROM department WHERE workspace = $1 AND id = $2";
    BY_NAME = "SELECT id, name, parent FROM department WHERE workspace = $1 AND name = $2";
    INSERT = "INSERT INTO department (workspace, id, name, parent) VALUES ($1, $2, $3, $4)";
    UPDATE = "UPDATE department SET name = $3, parent = $4 WHERE workspace = $1 AND id = $2";
}

fn department(row: &Row) -> Result<Department> {
    Ok(Department { id: row.get("id")?, name: row.get("name")?, parent: row.get("parent")? })
}

impl Conn {
    /// All departments, by name.
    pub async fn departments(&mut self, workspace: &WorkspaceId) -> Result<Vec<Department>> {
        self.list(ALL, values![workspace], department).await
    }

    /// A page of the departments, by name.
    pub async fn departments_page(&mut self, workspace: &WorkspaceId, page: &Page) -> Result<Listed<Department>> {
        let mut select = Select::new("departments_page", "SELECT id, name, parent FROM department");
        let page = page.fitting(Kind::Text);
        select.and("workspace = ").bind(workspace).page("name", "id", &page);
        let (sql, values) = select.build();
        let departments = self.list(sql, values, department).await?;
        Ok(Listed::cut(departments, &page, |last| Cursor::new(&last.name, last.id.as_str())))
    }

    /// A department by id.
    pub async fn department(&mut self, workspace: &WorkspaceId, id: &DepartmentId) -> Result<Option<Department>> {
        self.find(BY_ID, values![workspace, id], department).await
    }

    /// A department by its name, which is unique.
    pub async fn department_by_name(&mut self, workspace: &WorkspaceId, name: &str) -> Result<Option<Department>> {
        self.find(BY_NAME, values![workspace, name], department).await
    }
}

impl Tx {
    /// Adds a department. The name must be free.
    pub async fn insert_department(&mut self, workspace: &WorkspaceId, department: &Department) -> Result<()> {
        let Department { id, name, parent } = department;
        self.execute(INSERT, values![workspace, id, name, parent.as_ref()]).await?;
        Ok(())
    }

    /// Writes a changed department.
    pub async fn update_department(&mut self, workspace: &WorkspaceId, department: &Department) -> Result<()> {
        let Department { id, name, parent } = department;
        match self.execute(UPDATE, values![workspace, id, name, parent.as_ref()]).await? {
            0 => Err(Error::Stale { what: "the department" }),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{both_databases, samples};

    both_databases! {
        async fn departments_have_one_name_each(db: Db) {
            let workspace = samples::workspace(&db).await;
            let mut product =
                Department { id: DepartmentId::from_bits(1), name: "产品部".into(), parent: None };
            let design = Department { id: DepartmentId::from_bits(2), name: "设计组".into(), parent: Some(product.id.clone()) };
            let mut tx = db.write().await.unwrap();
            tx.insert_department(&workspace, &product).await.unwrap();
            tx.insert_department(&workspace, &design).await.unwrap();
            product.name = "产品与运营部".into();
            tx.update_department(&workspace, &product).await.unwrap();
            tx.commit().await.unwrap();

            let mut conn = db.read().await.unwrap();
            assert_eq!(conn.departments(&workspace).await.unwrap(), [product.clone(), design.clone()]);
            let ascending = Page { descending: false, ..Page::first(1) };
            let first = conn.departments_page(&workspace, &ascending).await.unwrap();
            assert_eq!(first.rows, std::slice::from_ref(&product));
            let second = Page { after: first.next, ..ascending };
            let second = conn.departments_page(&workspace, &second).await.unwrap();
            assert_eq!((second.rows, second.next.is_none()), (vec![design.clone()], true));
            assert_eq!(conn.department(&workspace, &design.id).await.unwrap(), Some(design.clone()));
            assert_eq!(conn.department_by_name(&workspace, "设计组").await.unwrap(), Some(design));
            assert_eq!(conn.department_by_name(&workspace, "产品部").await.unwrap(), None);
            drop(conn);

            let mut tx = db.write().await.unwrap();
            let same = Department { id: DepartmentId::from_bits(3), name: "设计组".into(), parent: None };
            assert!(tx.insert_department(&workspace, &same).await.unwrap_err().is_duplicate());
        }

        async fn a_department_of_an_unknown_parent_is_refused(db: Db) {
            let workspace = samples::workspace(&db).await;
            let mut tx = db.write().await.unwrap();
            let lost = Department {
                id: DepartmentId::from_bits(1),
                name: "孤儿".into(),
                parent: Some(DepartmentId::from_bits(9)),
            };
            assert!(tx.insert_department(&workspace, &lost).await.unwrap_err().is_broken_reference());
        }
    }
}
