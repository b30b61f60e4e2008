//! Files of every kind in small: what is found on which line, and which look-alikes are not.
#![expect(clippy::unwrap_used, reason = "tests of a table")]

use std::sync::LazyLock;

use carveout_exposure::{
    fingerprints::Fingerprints,
    scan::{FileKind, Scanned, scan},
};

static RULES: LazyLock<Fingerprints> =
    LazyLock::new(|| Fingerprints::parse(include_str!("../../../packs/fingerprints.toml")).unwrap());

fn scanned(path: &str, text: &[u8]) -> Scanned {
    let kind = FileKind::of(path).unwrap();
    scan(&RULES, kind, text).unwrap()
}

/// Hits as `line rule grade`.
fn hits(path: &str, text: &str) -> Vec<String> {
    let scanned = scanned(path, text.as_bytes());
    scanned.hits.iter().map(|hit| format!("{} {} {}", hit.line, hit.rule, hit.grade.as_str())).collect()
}

#[test]
fn manifests_and_locks_declare_what_they_name() {
    for (path, text, expected) in [
        (
            "requirements.txt",
            "# anthropic\nflask\nAnthropic>=0.3  # sdk\nlangchain_openai[x]==1; python_version>'3'\nopenai-whisper\n-r openai.txt\n",
            vec!["3 anthropic-pypi declared", "4 openai-pypi declared"],
        ),
        (
            "pyproject.toml",
            "[project]\nname = \"openai\"\ndescription = \"anthropic\"\ndependencies = [\n  \"anthropic>=0.3\",\n  \"x\", # \"openai\"\n]\n[project.optional-dependencies]\nai = [\"litellm[proxy]\"]\n[tool.ruff]\nselect = [\"openai\"]\n[tool.poetry.dependencies]\nmistralai = \"^1\"\n[dependency-groups]\ndev = [\"boto3\"]\n",
            vec![
                "5 anthropic-pypi declared",
                "9 router-pypi capable",
                "13 mistral-pypi declared",
                "15 amazon-sdk capable",
            ],
        ),
        (
            "Pipfile",
            "[packages]\nopenai = \"*\"\n[requires]\nanthropic = \"1\"\n",
            vec!["2 openai-pypi declared"],
        ),
        ("uv.lock", "[[package]]\nname = \"xai-sdk\"\nversion = \"1\"\n", vec!["2 xai-pypi declared"]),
        (
            "Cargo.toml",
            "[package]\nname = \"async-openai\"\n[dependencies]\nserde = \"1\"\nasync-openai = \"0.2\"\n[dev-dependencies.async-openai]\nversion = \"1\"\n[target.x.dependencies]\nai = { package = \"async-openai\", version = \"1\" }\n",
            vec!["5 openai-cargo declared", "6 openai-cargo declared", "9 openai-cargo declared"],
        ),
        (
            "package.json",
            "{\"name\": \"openai\",\n\"scripts\": {\"openai\": \"x\"},\n\"dependencies\": {\"@anthropic-ai/sdk\": \"^1\",\n\"openapi\": \"1\"},\n\"devDependencies\": {\"ai\": \"1\"},\n\"keywords\": [\"openai\"]}",
            vec!["3 anthropic-npm declared", "5 router-npm capable"],
        ),
        (
            "package-lock.json",
            "{\"lockfileVersion\": 3, \"packages\": {\"\": {},\n\"node_modules/a/node_modules/@openai/agents\": {}}}",
            vec!["2 openai-npm declared"],
        ),
        (
            "yarn.lock",
            "\"@anthropic-ai/sdk@^0.20.0\", \"@anthropic-ai/sdk@^0.21.0\":\n  version \"0.21.0\"\nopenai@^4:\n  version \"4\"\nopenapi@1:\n",
            vec!["1 anthropic-npm declared", "3 openai-npm declared"],
        ),
        (
            "pnpm-lock.yaml",
            "packages:\n\n  '@google/genai@1.0.0(x@1)':\n  /openai@4.0.0:\n",
            vec!["3 google-npm declared", "4 openai-npm declared"],
        ),
        (
            "go.mod",
            "module github.com/example/x\nrequire (\n\tgithub.com/anthropics/anthropic-sdk-go v1.0.0\n)\nrequire github.com/anthropics/other v1\n",
            vec!["3 anthropic-go declared"],
        ),
        (
            "pom.xml",
            "<project><groupId>com.anthropic</groupId>\n<dependency>\n<groupId>com.example</groupId><artifactId>anthropic-java</artifactId></dependency>\n<dependency><groupId>com.anthropic</groupId>\n<artifactId>anthropic-java</artifactId></dependency></project>",
            vec!["5 anthropic-maven declared"],
        ),
        (
            "build.gradle.kts",
            "implementation(\"com.anthropic:anthropic-java:1.0\")\n",
            vec!["1 anthropic-maven declared"],
        ),
        ("environment.yml", "dependencies:\n  - pip:\n    - openai==1\n", vec!["3 openai-pypi declared"]),
        (
            "Dockerfile",
            "FROM python\n# RUN pip install openai\nRUN pip install --no-cache-dir \"anthropic>=0.3\" && npm i -g @openai/codex@1\nRUN pip install ./openai\nENV ANTHROPIC_MODEL=claude-opus-4\n",
            vec![
                "3 anthropic-pypi declared",
                "3 openai-npm declared",
                "5 anthropic-setting configured",
                "5 anthropic-model configured",
            ],
        ),
        (
            ".github/workflows/ci.yml",
            "jobs:\n  x:\n    steps:\n      - run: python -m pip install mistralai\n        env:\n          OPENAI_API_KEY: ${{ secrets.OPENAI_API_KEY }}\n",
            vec!["4 mistral-pypi declared", "6 openai-setting configured"],
        ),
    ] {
        assert_eq!(hits(path, text), expected, "{path}");
    }
}

#[test]
fn configuration_and_source_configure_what_they_name() {
    for (path, text, expected) in [
        (
            "app.py",
            "import os, anthropic\nfrom google import genai\nfrom openai.types import x\nimport anthropics\nfrom . import openai\n# claude-3-opus\nm = \"claude-3-opus\"\n",
            vec![
                "1 anthropic-pypi declared",
                "2 google-pypi declared",
                "3 openai-pypi declared",
                "6 anthropic-model capable",
                "7 anthropic-model configured",
            ],
        ),
        (
            "app.ts",
            "import A from '@anthropic-ai/sdk/messages'\nconst o = require(\"openai\")\n// import x from 'openai'\nconst say = 'openai'\n",
            vec!["1 anthropic-npm declared", "2 openai-npm declared"],
        ),
        (
            "main.go",
            "import (\n\t\"github.com/anthropics/anthropic-sdk-go/option\"\n\t\"github.com/anthropics/anthropic-sdk\"\n)\n",
            vec!["2 anthropic-go declared"],
        ),
        (
            "config.toml",
            "url = \"https://api.openai.com/v1\"\nother = \"https://api.openai.com.example.org\"\nmodel = \"o3-mini\"\nflags = \"o3\"\n",
            vec!["1 openai-host configured", "3 openai-reasoning-model configured"],
        ),
        (
            ".env",
            "OPENAI_BASE_URL=http://localhost:11434/v1\nPHILANTHROPIC_KEY=1\nXAI_API_KEY=x\n",
            vec!["1 openai-compatible-setting capable", "3 xai-setting configured"],
        ),
        (
            "main.rs",
            "const OPENAI_REPLY: &str = \"\";\nlet key = var(\"ANTHROPIC_ORG\");\nconst OPENAI_API_KEY: &str = key;\nuse_it(ANTHROPIC_NOTES);\n",
            vec!["2 anthropic-setting configured", "3 openai-setting configured"],
        ),
        (
            "main.tf",
            "model_id = \"us.anthropic.claude-3-haiku-20240307-v1:0\"\nhost = \"bedrock-runtime.us-gov-west-1.amazonaws.com\"\n",
            vec!["1 anthropic-model configured", "2 bedrock-host capable"],
        ),
        (
            "router.yaml",
            "model: anthropic/claude-sonnet-4\nlabel: gpt-partition\nimage: my-gemini-2\n",
            vec!["1 anthropic-model configured"],
        ),
    ] {
        assert_eq!(hits(path, text), expected, "{path}");
    }
}

#[test]
fn inventories_declare_and_broken_ones_are_told() {
    let bom = "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"components\":[\n{\"name\":\"sdk\",\"purl\":\"pkg:npm/%40anthropic-ai/sdk@1\"},\n{\"type\":\"machine-learning-model\",\"name\":\"gpt-4o\"},\n{\"name\":\"gpt-4o\"}],\n\"services\":[{\"name\":\"s\",\"endpoints\":[\"https://api.x.ai/v1\"]}]}";
    assert_eq!(
        hits("bom.json", bom),
        ["2 anthropic-npm declared", "3 openai-model declared", "5 xai-host declared"]
    );
    let cut = scanned("bom.json", &bom.as_bytes()[..bom.len() - 20]);
    assert!(cut.not_read.unwrap().contains("cut"));
    assert!(scanned("package.json", b"{\"dependencies\": ").not_read.is_some());
}

#[test]
fn large_binary_and_odd_files_are_taken_in_stride() {
    let zeros = [b"ELF\0", "claude-3-opus ".repeat(10).as_bytes()].concat();
    assert_eq!(scanned("a.out", &zeros), Scanned::default());
    let far = format!("{}\nmodel: claude-3-opus\n", "x".repeat(700_000));
    assert_eq!(hits("long.cfg", &far), ["2 anthropic-model configured"]);
    let one_line = format!("{} claude-3-opus {}", "y ".repeat(131_065), "z".repeat(300_000));
    assert_eq!(
        hits("one-line.cfg", &one_line),
        ["1 anthropic-model configured"],
        "across the edge of a block"
    );
    let lines = format!("{}model: claude-3-opus", "a line\n".repeat(100_000));
    assert_eq!(hits("lines.cfg", &lines), ["100001 anthropic-model configured"]);
    let many = scanned("many.cfg", "model: claude-3-opus\n".repeat(50).as_bytes());
    assert_eq!((many.hits.len(), many.more), (20, 30));
    assert_eq!(hits("latin.cfg", "caf\u{e9} claude-3-opus\r\n"), ["1 anthropic-model configured"]);
    let bad = [b"\xff\xfe \xe9 claude-3-opus\n".as_slice(), b"import openai"].concat();
    assert_eq!(scanned("bad.py", &bad).hits.len(), 2);
}
