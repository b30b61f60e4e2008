//! Bills of materials in small: what is told, and what is refused.

use std::io::{BufReader, Read};

use carveout_exposure::inventory::{InventoryError, Part, PartKind, Read as Told, read};

fn parts(text: &str) -> (Vec<Part>, Result<Told, InventoryError>) {
    let mut parts = Vec::new();
    let told = read(text.as_bytes(), &mut |part| parts.push(part));
    (parts, told)
}

/// Parts as `kind name version package suppliers endpoints`.
fn spelt(parts: &[Part]) -> Vec<String> {
    let line = |part: &Part| {
        let package = part.package.as_ref().map(|package| format!("{}:{}", package.ecosystem, package.name));
        let words = [
            format!("{:?}", part.kind),
            part.name.clone(),
            part.version.clone().unwrap_or_default(),
            package.unwrap_or_default(),
            part.suppliers.join("+"),
            part.endpoints.join("+"),
        ];
        words.join("|")
    };
    parts.iter().map(line).collect()
}

const CYCLONEDX: &str = r#"{
  "components": [
    {"type": "library", "group": "@example", "name": "sdk", "version": "1.0", "purl": "pkg:npm/%40example/sdk@1.0",
     "licenses": [{"license": {"id": "MIT"}}],
     "components": [{"type": "machine-learning-model", "name": "sample-model", "supplier": {"name": "Example Model Maker"}}]},
    {"name": "weights", "modelCard": {"modelParameters": {"inputs": [{"format": "text"}]}}},
    {"version": "1"}
  ],
  "services": [{"name": "answers", "provider": {"name": "Example Host"}, "endpoints": ["https://api.example.org/v1"],
    "services": [{"name": "inner"}]}],
  "vulnerabilities": [{"id": "X", "components": [{"name": "no component"}]}],
  "metadata": {"component": {"type": "application", "name": "desk", "publisher": "Example Agency"}},
  "specVersion": "1.6", "bomFormat": "CycloneDX"
}"#;

const CYCLONEDX_XML: &str = r#"<?xml version="1.0"?>
<bom xmlns="http://cyclonedx.org/schema/bom/1.6" version="1">
  <metadata><component type="application"><publisher>Example Agency</publisher><name>desk</name></component></metadata>
  <components>
    <component type="library"><group>@example</group><name>sdk</name><version>1.0</version>
      <purl>pkg:npm/%40example/sdk@1.0</purl>
      <components><component type="machine-learning-model"><supplier><name>Example Model &#77;aker</name></supplier><name><![CDATA[sample-model]]></name></component></components>
    </component>
    <component type="library"><name>weights</name><modelCard><x/></modelCard></component>
    <component type="library"><version>1</version></component>
  </components>
  <services><service><provider><name>Example Host</name></provider><name>answers</name>
    <endpoints><endpoint>https://api.example.org/v1</endpoint></endpoints>
    <services><service><name>inner</name></service></services></service></services>
  <vulnerabilities><vulnerability><affects><target><name>no component</name></target></affects></vulnerability></vulnerabilities>
</bom>"#;

#[test]
fn json_and_xml_of_cyclonedx_tell_the_same_parts() {
    let mut expected = vec![
        "Model|sample-model|||Example Model Maker|",
        "Component|@example/sdk|1.0|npm:@example/sdk||",
        "Model|weights||||",
        "Service|inner||||",
        "Service|answers|||Example Host|https://api.example.org/v1",
        "Component|desk|||Example Agency|",
    ];
    expected.sort_unstable();
    for text in [CYCLONEDX, CYCLONEDX_XML] {
        let (parts, told) = parts(text);
        let told = told.unwrap();
        let mut spelt = spelt(&parts);
        spelt.sort_unstable();
        assert_eq!(spelt, expected);
        assert_eq!((told.format.name, told.format.version.as_str(), told.parts), ("CycloneDX", "1.6", 6));
        let reasons: Vec<&str> = told.not_read.listed().iter().map(|unread| unread.reason).collect();
        assert_eq!(reasons, ["a part without a name"]);
    }
}

#[test]
fn both_generations_of_spdx_are_read() {
    let old = r#"{"spdxVersion": "SPDX-2.3", "packages": [
        {"name": "sdk", "versionInfo": "2", "supplier": "Organization: Example Model Maker (mail@example.org)",
         "originator": "NOASSERTION",
         "externalRefs": [{"referenceType": "cpe23Type", "referenceLocator": "cpe:x"}, {"referenceType": "purl", "referenceLocator": "pkg:pypi/Example_SDK@2"}]}]}"#;
    let new = r#"{"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": [
        {"type": "ai_AIPackage", "spdxId": "a", "name": "sample-model", "suppliedBy": "o", "originatedBy": ["p", "elsewhere"]},
        {"type": "software_Package", "spdxId": "b", "name": "sdk", "software_packageVersion": "2", "software_packageUrl": "pkg:pypi/Example_SDK@2"},
        {"type": "dataset_DatasetPackage", "spdxId": "c", "name": "texts"},
        {"type": "Organization", "spdxId": "o", "name": "Example Model Maker"},
        {"type": "Person", "spdxId": "p", "name": "A. Person"}]}"#;
    let (old_parts, old_told) = parts(old);
    assert_eq!(spelt(&old_parts), ["Component|sdk|2|pypi:example-sdk|Example Model Maker|"]);
    assert_eq!(old_told.unwrap().format.version, "2.3");
    let (new_parts, new_told) = parts(new);
    assert_eq!(
        spelt(&new_parts),
        [
            "Model|sample-model|||Example Model Maker+A. Person|",
            "Component|sdk|2|pypi:example-sdk||",
            "Data|texts||||"
        ]
    );
    let told = new_told.unwrap();
    assert_eq!((told.format.version.as_str(), told.not_read.total()), ("3.0.1", 1));
}

#[test]
fn what_is_wrong_is_refused_and_said() {
    let deep = format!(
        "{{\"bomFormat\":\"CycloneDX\",\"components\":{}{}",
        "[{\"name\":\"x\",\"components\":".repeat(150),
        "[]"
    );
    let deep_xml = format!("<bom>{}", "<components><component>".repeat(400));
    let bomb = r#"<?xml version="1.0"?>
<!DOCTYPE bom [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><bom><x>&b;</x></bom>"#;
    for (text, told) in [
        ("{}", "no bill of materials"),
        ("[]", "no bill of materials"),
        ("", "cut"),
        (r#"{"bomFormat":"CycloneDX","components":[{"name":"a"}"#, "cut"),
        (r#"{"bomFormat":"CycloneDX"} {}"#, "line 1"),
        (r#"{"bomFormat":"CycloneDX" "x"}"#, "line 1"),
        (&deep, "nested more than 100 deep"),
        (&deep_xml, "nested more than 300 deep"),
        (bomb, "entity bomb"),
        ("<bom>&b;</bom>", "an entity that nothing defines"),
        ("<bom><a></b></bom>", "line 1"),
        ("<bom><components>", "cut"),
        ("<other/>", "no bill of materials"),
    ] {
        let error = parts(text).1.unwrap_err().to_string();
        assert!(error.contains(told), "{told}: {error}");
    }
    let (_, told) = parts(r#"{"bomFormat":"CycloneDX","specVersion":"9","components":[7,{"name":"a"}]}"#);
    let reasons: Vec<&str> = told.as_ref().unwrap().not_read.by_reason().keys().copied().collect();
    assert_eq!(
        reasons,
        ["a component that is no object", "a version that was not checked: what is new in it is not read"]
    );
}

#[test]
fn parts_that_refer_to_each_other_in_a_ring_are_told_once() {
    // References are names, and are never followed: a ring of them has no end to come to.
    let cyclonedx = r#"{"bomFormat":"CycloneDX","specVersion":"1.6","components":[
        {"type":"library","bom-ref":"a","name":"a","components":[{"type":"library","bom-ref":"b","name":"b","components":[]}]}],
        "dependencies":[{"ref":"a","dependsOn":["b"]},{"ref":"b","dependsOn":["a","b"]}],
        "compositions":[{"aggregate":"complete","assemblies":["b","a"]}]}"#;
    let xml = r#"<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components>
        <component type="library" bom-ref="a"><name>a</name><components><component type="library" bom-ref="b"><name>b</name></component></components></component>
        </components><dependencies><dependency ref="a"><dependency ref="b"/></dependency><dependency ref="b"><dependency ref="a"/></dependency></dependencies></bom>"#;
    let spdx = r#"{"spdxVersion":"SPDX-2.3","packages":[{"name":"a","SPDXID":"SPDXRef-a"},{"name":"b","SPDXID":"SPDXRef-b"}],
        "relationships":[{"spdxElementId":"SPDXRef-a","relationshipType":"CONTAINS","relatedSpdxElement":"SPDXRef-b"},
        {"spdxElementId":"SPDXRef-b","relationshipType":"CONTAINS","relatedSpdxElement":"SPDXRef-a"}]}"#;
    for text in [cyclonedx, xml, spdx] {
        let (told, done) = parts(text);
        let mut names: Vec<&str> = told.iter().map(|part| part.name.as_str()).collect();
        names.sort_unstable();
        assert_eq!((names, done.unwrap().parts), (vec!["a", "b"], 2), "{text}");
    }
}

#[test]
fn a_million_lines_do_not_hide_an_entity_bomb() {
    let head = "<?xml version=\"1.0\"?>\n<bom xmlns=\"http://cyclonedx.org/schema/bom/1.6\"><components>\n";
    let part = format!("<component type=\"library\"><name>part</name></component>{}", "\n".repeat(50));
    for (tail, told) in [
        ("<!DOCTYPE bom [<!ENTITY a \"aaaa\">]></components></bom>", "entity bomb"),
        (
            "<component type=\"library\"><name>&lol9;</name></component></components></bom>",
            "an entity that nothing defines",
        ),
    ] {
        let text = repeated(head, &part, 20_000, tail);
        let mut parts = 0_u32;
        let error = read(BufReader::new(text), &mut |_| parts += 1).unwrap_err().to_string();
        assert!(error.contains(told), "{told}: {error}");
        assert_eq!(parts, 20_000, "what came before it stays told");
    }
}

#[test]
fn a_large_document_is_read_part_by_part() {
    // A reader that makes the text as it is asked for, so that nothing but the parser could hold it.
    let mut told = 0_u32;
    let component = r#"{"type":"library","name":"part","purl":"pkg:npm/part@1","properties":[{"name":"a","value":"b"}]},"#;
    let text = repeated(
        r#"{"bomFormat":"CycloneDX","specVersion":"1.5","components":["#,
        component,
        100_000,
        r#"{"name":"last"}]}"#,
    );
    let done = read(BufReader::new(text), &mut |part| {
        told += 1;
        assert_eq!(part.kind, PartKind::Component);
    });
    assert_eq!((done.unwrap().parts, told), (100_001, 100_001));
}

/// A reader of `before`, `unit` so many times, and `after`.
fn repeated<'a>(before: &'a str, unit: &'a str, times: usize, after: &'a str) -> impl Read + 'a {
    struct Pieces<'a, I> {
        rest: I,
        open: &'a [u8],
    }
    impl<'a, I: Iterator<Item = &'a str>> Read for Pieces<'a, I> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            if self.open.is_empty() {
                self.open = self.rest.next().unwrap_or_default().as_bytes();
            }
            self.open.read(buffer)
        }
    }
    Pieces { rest: std::iter::once(before).chain(std::iter::repeat_n(unit, times)).chain([after]), open: b"" }
}
