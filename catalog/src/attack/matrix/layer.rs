//! The matrix as a layer of MITRE's ATT&CK Navigator, in the format of
//! <https://github.com/mitre-attack/attack-navigator/blob/master/layers/spec/v4.5/layerformat.md>.

use super::{Caption, Matrix, Told, procedures};
use serde_json::{Value, json};

/// What is asked about and nobody hunts: the score alone would look like nothing at all.
const GAP: &str = "#f2a08f";

impl Matrix {
    /// What is hunted, or asked about, as a layer (format 4.5).
    pub fn layer(&self, caption: &Caption) -> Value {
        let most = self.cells().map(|(_, cell, _)| cell.count).max().unwrap_or(0).max(1);
        // Where gaps are what is looked for, each is said.
        let gaps = matches!(self.told, Told::Gaps | Told::WantedGaps);
        let techniques: Vec<Value> = self
            .told()
            .filter(|(_, cell)| gaps || cell.count > 0 || cell.wanted)
            .map(|(column, cell)| {
                let mut technique = json!({
                    "techniqueID": cell.id,
                    "tactic": column.short_name,
                    "score": cell.count,
                    "comment": match cell.count {
                        0 => "no procedure hunts it".to_owned(),
                        count => procedures(count),
                    },
                    "enabled": true,
                    "showSubtechniques": cell.subs.iter().any(|sub| sub.count > 0 || sub.wanted),
                });
                if cell.count == 0 {
                    technique["color"] = json!(GAP);
                }
                technique
            })
            .collect();
        let gap = techniques.iter().any(|technique| technique["score"] == 0);
        let legend = [
            (gap, "no procedure hunts it", GAP),
            (true, "1 procedure", "#f4f1ea"),
            (most > 1, "most procedures", "#12604d"),
        ];
        let legend = legend.into_iter().filter(|(there, ..)| *there);
        let pair = |name: &str, value: &str| json!({ "name": name, "value": value });
        let mut metadata = vec![
            pair("ATT&CK", &format!("{} {}", self.domain, self.version)),
            pair("Procedures", &caption.procedures.to_string()),
        ];
        metadata.extend(caption.narrowed.iter().map(|(what, value)| pair(what, value)));
        json!({
            "name": caption.name,
            // The Navigator knows releases by the number before the dot.
            "versions": {
                "attack": self.version.split('.').next().unwrap_or_default(),
                "navigator": "5.1.0",
                "layer": "4.5",
            },
            "domain": self.domain,
            "description": format!(
                "Procedures by technique, from Huntshelf. ATT&CK {}. {}",
                self.version, self.notice
            ),
            "sorting": 3,
            "hideDisabled": false,
            "techniques": techniques,
            "gradient": { "colors": ["#f4f1eaff", "#12604dff"], "minValue": 0, "maxValue": most },
            "legendItems": legend
                .map(|(_, label, color)| json!({ "label": label, "color": color }))
                .collect::<Vec<_>>(),
            "metadata": metadata,
            "links": [],
            "showTacticRowBackground": false,
            "tacticRowBackground": "#dddddd",
            "selectTechniquesAcrossTactics": false,
            "selectSubtechniquesWithParent": false,
            "selectVisibleTechniques": false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::matrix;
    use super::*;
    use crate::attack::matrix::Show;

    fn caption() -> Caption {
        Caption { name: "Ours".to_owned(), narrowed: vec![("Tag".into(), "lsass".into())], procedures: 4 }
    }

    #[test]
    fn a_layer_names_the_release_of_its_ids() {
        let layer = matrix(&["T1566"]).layer(&caption());
        assert_eq!(layer["versions"]["attack"], "19");
        assert_eq!(
            (&layer["versions"]["layer"], &layer["domain"]),
            (&json!("4.5"), &json!("enterprise-attack"))
        );
        let techniques = layer["techniques"].as_array().unwrap();
        let told: Vec<_> = techniques
            .iter()
            .map(|one| (one["techniqueID"].as_str().unwrap(), one["score"].as_u64().unwrap()))
            .collect();
        assert!(told.contains(&("T1003.001", 2)) && told.contains(&("T1566", 0)));
        assert!(layer["description"].as_str().unwrap().contains("The MITRE Corporation"));
        assert_eq!(layer["metadata"][2], json!({ "name": "Tag", "value": "lsass" }));
    }

    #[test]
    fn a_gap_is_coloured_and_in_the_legend_where_there_is_one() {
        let layer = matrix(&["T1566"]).layer(&caption());
        let coloured: Vec<_> =
            (layer["techniques"].as_array().unwrap().iter()).filter(|one| one["color"] == GAP).collect();
        assert_eq!((coloured.len(), &coloured[0]["techniqueID"]), (1, &json!("T1566")));
        assert_eq!(layer["legendItems"][0]["color"], GAP);
        assert_eq!(matrix(&[]).layer(&caption())["legendItems"][0]["label"], "1 procedure");
        let mut gaps = matrix(&[]);
        gaps.show(Show::Gaps);
        let told = gaps.layer(&caption());
        assert!(told["techniques"].as_array().unwrap().iter().all(|one| one["score"] == 0));
    }
}
