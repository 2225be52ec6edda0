//! Contacts (§10.1 to §10.4).

use serde_json::{Value, json};

use super::Desk;

#[tokio::test]
async fn a_person_is_found_by_id_mobile_and_union_id() {
    let desk = Desk::standing().await;
    let user_id = desk.user("wangxiao");
    let found = desk.old("/topapi/v2/user/get", json!({"userid": user_id})).await;
    let person = &found["result"];
    assert_eq!(
        (&person["name"], &person["title"], &person["mobile"]),
        (&json!("王晓"), &json!("产品经理"), &json!("13800010001"))
    );
    assert_eq!(person["manager_userid"], desk.user("chenming"));
    assert!(person["dept_id_list"][0].is_u64() && found["request_id"].is_string());
    let by_mobile = desk.old("/topapi/v2/user/getbymobile", json!({"mobile": "13800010001"})).await;
    assert_eq!(by_mobile["result"]["userid"], user_id);
    let by_union = desk.old("/topapi/user/getbyunionid", json!({"unionid": person["unionid"]})).await;
    assert_eq!(by_union["result"], json!({"contact_type": 0, "userid": user_id}));
    let errors = [
        ("/topapi/v2/user/get", json!({"userid": "nobody"}), 33012),
        ("/topapi/v2/user/get", json!({}), 400_002),
        ("/topapi/v2/user/getbymobile", json!({"mobile": "abc"}), 40104),
        ("/topapi/v2/user/getbymobile", json!({"mobile": "13999999999"}), 60121),
        ("/topapi/user/getbyunionid", json!({"unionid": "x"}), 60121),
        ("/topapi/v2/department/get", json!({"dept_id": 99}), 60003),
        ("/topapi/v2/user/list", json!({"dept_id": 99, "cursor": 0, "size": 10}), 60003),
    ];
    for (path, body, code) in errors {
        assert_eq!(desk.old(path, body.clone()).await["errcode"], code, "{path} {body}");
    }
}

#[tokio::test]
async fn forms_are_understood_as_well_as_json() {
    let desk = Desk::standing().await;
    let path = format!("/topapi/v2/user/getbymobile?access_token={}&mobile=13800010001", desk.token().await);
    let (_, found) = desk.call(reqwest::Method::POST, &path, None, None).await;
    assert_eq!(found["result"]["userid"], desk.user("wangxiao"));
}

#[tokio::test]
async fn the_tree_is_walked_down_and_up() {
    let desk = Desk::standing().await;
    let below = desk.old("/topapi/v2/department/listsub", json!({})).await;
    let departments = below["result"].as_array().unwrap();
    assert_eq!(departments.len(), 8);
    let id = |name: &str| {
        departments
            .iter()
            .find(|department| department["name"] == name)
            .map(|department| department["dept_id"].clone())
            .unwrap()
    };
    let product = id("产品部");
    let details = desk.old("/topapi/v2/department/get", json!({"dept_id": product})).await;
    assert_eq!(details["result"]["dept_manager_userid_list"], json!([desk.user("chenming")]));
    let above = desk.old("/topapi/v2/department/listparentbydept", json!({"dept_id": product})).await;
    assert_eq!(above["result"]["parent_id_list"], json!([product, 1]));
    let above = desk.old("/topapi/v2/department/listparentbyuser", json!({"userid": desk.user("wangxiao")})).await;
    assert_eq!(above["result"]["parent_list"], json!([{"parent_dept_id_list": [product, 1]}]));
    // The leader of 研发部 has no account here.
    let research = desk.old("/topapi/v2/department/get", json!({"dept_id": id("研发部")})).await;
    assert_eq!(research["result"]["dept_manager_userid_list"], json!([]));
    let wugang = desk.old("/topapi/v2/user/get", json!({"userid": desk.user("wugang")})).await;
    assert_eq!(wugang["result"].get("manager_userid"), None::<&Value>);
    let admins = desk.old("/topapi/user/listadmin", json!({})).await;
    assert_eq!(admins["result"], json!([{"userid": desk.user("chenming"), "sys_level": 1}]));
}

#[tokio::test]
async fn the_people_of_a_department_are_paged() {
    let desk = Desk::standing().await;
    let person = desk.old("/topapi/v2/user/get", json!({"userid": desk.user("wangxiao")})).await;
    let product = &person["result"]["dept_id_list"][0];
    let page = |cursor: u64| json!({"dept_id": product, "cursor": cursor, "size": 1});
    let first = desk.old("/topapi/v2/user/list", page(0)).await;
    assert_eq!((&first["result"]["has_more"], &first["result"]["next_cursor"]), (&json!(true), &json!(1)));
    let second = desk.old("/topapi/v2/user/list", page(1)).await;
    assert_eq!(second["result"]["has_more"], false);
    let mut found = [first, second].map(|page| page["result"]["list"][0]["userid"].as_str().unwrap().to_owned());
    found.sort();
    let mut expected = [desk.user("wangxiao"), desk.user("chenming")];
    expected.sort();
    assert_eq!(found, expected);
}
