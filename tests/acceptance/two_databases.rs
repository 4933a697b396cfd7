//! Two servers with different databases, SQLite and PostgreSQL, prepare identical bytes from the same repository, tenants and
//! orders: what a database holds, and which ids it gave, reaches no copy.

use acceptance::{Client, Repository, Server, Settings, procedure};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Keys with leading zeros, letters of other scripts, and what a database might take for something else.
const ROSTER: &str = "customer,customer_labels,region,key,name,labels,parameters,time_zone\n\
    Clinic,sector=healthcare,us1,0145483,Ward,env=prod,,Europe/Berlin\n\
    Clinic,sector=healthcare,eu1,000007,Åland NULL,env=test,,UTC\n\
    \"Bank, North\",sector=finance,us1,1e5,\"Vault \"\"2\"\"\",,,America/New_York\n";

/// The environment that names the test's own PostgreSQL database: in its own schema, which is made anew. None where no server
/// is named.
fn postgres() -> Option<Vec<(String, String)>> {
    let Ok(url) = std::env::var("HUNTSHELF_TEST_POSTGRES") else {
        eprintln!("two_databases: skipped on PostgreSQL, HUNTSHELF_TEST_POSTGRES is not set");
        return None;
    };
    let schema = format!("acceptance_{}", std::process::id());
    let done = std::process::Command::new("psql")
        .args([url.as_str(), "--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", "--command"])
        .arg(format!("DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema}"))
        .output()
        .expect("psql runs");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let joint = if url.contains('?') { '&' } else { '?' };
    let url = format!("{url}{joint}options=-c%20search_path%3D{schema}");
    Some(vec![("HUNTSHELF__DATABASE__URL".to_owned(), url)])
}

/// A procedure with parameters of several types, and `further` cells at its end.
fn hunt(id: &str, further: &str) -> String {
    let parameters =
        "REGION: str = None\nEARLIEST: str = \"-7d\"\nLATEST: str = \"-0d\"\nIOCS = []\nLIMIT = 1.5\n";
    let text = procedure(id, &format!("Hunt {id}"), "T1059.001", "Text with ünïcode and a $NAME.")
        .replace("REGION: str = None\n", parameters)
        .replace("print(TENANT_ID, REGION)", "print(TENANT_ID, REGION, EARLIEST, LATEST, IOCS, LIMIT)");
    format!("{text}{further}")
}

/// The copies of every procedure for every tenant, by procedure and key: the bytes, and what they are called.
fn copies(server: &Server) -> BTreeMap<(String, String), (String, Vec<u8>)> {
    let client = server.client();
    import(&client);
    let tenants = client.json("/api/v1/tenants?limit=100");
    let ids: Vec<&str> =
        tenants["tenants"].as_array().expect("tenants").iter().filter_map(|one| one["id"].as_str()).collect();
    assert_eq!(ids.len(), 3);
    let mut found = BTreeMap::new();
    for (procedures, parameters) in [
        (vec!["h1", "h3"], json!({})),
        (vec!["h2"], json!({"IOCS": ["evil.example", "1.2.3.4\u{2028}", "a\"\"\"b\\"], "LIMIT": 0.1})),
    ] {
        let order = json!({
            "procedures": procedures, "scope": {"tenants": ids}, "parameters": parameters,
            "window": {"from": "2026-11-01T00:00:00+01:00", "to": "2026-11-08T12:34:56.5Z"},
        });
        let made = client.post("/api/v1/instances", &order).expect(201).json();
        assert_eq!(made["refused"], json!([]), "{made:#}");
        for copy in made["instances"].as_array().expect("copies") {
            let text = |value: &Value| value.as_str().unwrap_or_else(|| panic!("{copy}")).to_owned();
            let path = format!("/api/v1/instances/{}/notebook.ipynb", text(&copy["id"]));
            let bytes = client.get(&path).expect(200).body;
            let place = (text(&copy["procedure"]), text(&copy["tenant"]["key"]));
            let verified = client.json(&format!("/api/v1/instances/{}/verify", text(&copy["id"])));
            assert_eq!(verified["holds"], true, "{verified:#}");
            assert_eq!(found.insert(place, (text(&copy["file_name"]), bytes)), None);
        }
    }
    found
}

/// Tenants by CSV, as one is filled from another.
fn import(client: &Client) {
    let taken = client.send_text("POST", "/api/v1/roster", "text/csv", ROSTER).expect(200).json();
    assert_eq!((&taken["created"], &taken["refused"]), (&json!(3), &json!(0)), "{taken:#}");
}

#[test]
fn copies_are_the_same_bytes_on_sqlite_and_on_postgresql() {
    let Some(environment) = postgres() else { return };
    let writes = "\n```{code-cell} python\nservice.mutation.create_case(1)\n```\n";
    let mut repository = Repository::new("hunts");
    repository.commit(
        "Add hunts",
        [
            ("h1.md", Some(hunt("h1", ""))),
            ("deep/h2.md", Some(hunt("h2", "\nMore prose.\n"))),
            ("h3.md", Some(hunt("h3", writes))),
        ],
    );
    let sqlite = Server::start(Settings::of(repository.path()));
    let postgres = Server::start(Settings { environment, ..Settings::of(repository.path()) });
    let (one, other) = (copies(&sqlite), copies(&postgres));
    assert_eq!(one.len(), 9);
    assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
    for (place, copy) in &one {
        assert_eq!(copy, &other[place], "{place:?}");
    }
    // The second server does not use the first one's database by mistake.
    assert!(sqlite.data().join("huntshelf.db").is_file() && !postgres.data().join("huntshelf.db").exists());
    // What one made the other knows by its record, and the other way round.
    let file = &one[&("h3".to_owned(), "0145483".to_owned())].1;
    let told = String::from_utf8_lossy(file).into_owned();
    let answer =
        postgres.client().send_text("POST", "/api/v1/instances/verify", "application/x-ipynb+json", &told);
    let answer = answer.expect(200).json();
    assert!(answer["instance"].is_string() && answer["holds"] == true, "{answer:#}");
    println!("{} copies are the same bytes on SQLite and PostgreSQL", one.len());
}
