import Cronmill
import Testing

@testable import cronmill_cli

@Suite("JSON and CSV")
struct FormatTests {
    @Test("JSON keeps its order and shows its structure")
    func json() {
        let value: JSON = [
            "processor": "mails", "ready": 12, "ratio": 0.5, "enabled": true, "message": nil, "slots": [1, 2],
            "none": [], "empty": [:], "payload": .verbatim("{\"a\": 1}"), "nested": ["deep": ["x": "y"]],
        ]
        #expect(
            value.prettyText
                == """
                {
                  "processor": "mails",
                  "ready": 12,
                  "ratio": 0.5,
                  "enabled": true,
                  "message": null,
                  "slots": [
                    1,
                    2
                  ],
                  "none": [],
                  "empty": {},
                  "payload": {"a": 1},
                  "nested": {
                    "deep": {
                      "x": "y"
                    }
                  }
                }

                """
        )
    }

    @Test("JSON numbers have six digits of a fraction at most")
    func jsonFractions() {
        let value: JSON = [
            .number(0.28921600000000003), .number(2), .number(1e21), .number(-0.0000004), .number(.infinity),
        ]
        #expect(value.lineText == "[0.289216, 2.0, 1e+21, 0.0, null]\n")
    }

    @Test("JSON on one line")
    func jsonLine() {
        let value: JSON = ["a": [1, nil, ["b": "c\nd"]], "none": [], "empty": [:], "payload": .verbatim("{\"x\": 1}")]
        #expect(
            value.lineText
                == #"{"a": [1, null, {"b": "c\nd"}], "none": [], "empty": {}, "payload": {"x": 1}}"# + "\n"
        )
    }

    @Test(
        "JSON strings are escaped",
        arguments: [
            ("a\"b\\c/d", "\"a\\\"b\\\\c/d\"\n"), ("1\n2\r\n3\t", "\"1\\n2\\r\\n3\\t\"\n"),
            ("\u{1b}[0m", "\"\\u001b[0m\"\n"),
            ("\u{0}\u{9b}", "\"\\u0000\\u009b\"\n"), ("äöü 検索 👍", "\"äöü 検索 👍\"\n"),
        ]
    )
    func jsonStrings(text: String, json: String) {
        #expect(JSON.string(text).prettyText == json)
    }

    @Test("JSON has no infinite numbers")
    func jsonNumbers() {
        #expect(JSON.array([.number(.infinity), .number(1e21)]).prettyText == "[\n  null,\n  1e+21\n]\n")
    }

    @Test("what is absent is null")
    func jsonAbsent() {
        #expect([JSON(String?.none), JSON(Int64?.none), JSON(Int64?.some(7))] == [.null, .null, .integer(7)])
    }

    @Test("CSV quotes what must be quoted and tells nothing from empty")
    func csv() {
        var csv = CSV(columns: ["queue", "last message"])
        csv.append(["mails", "said \"no\", twice"])
        csv.append([nil, ""])
        csv.append(["a\r\nb", "\"\u{301}"])
        #expect(
            csv.text
                == "queue,last message\r\nmails,\"said \"\"no\"\", twice\"\r\n,\"\"\r\n\"a\r\nb\",\"\"\"\u{301}\"\r\n"
        )
    }

    @Test(
        "JSON of the server is legal JSON without what a terminal would act on",
        arguments: [
            ("{\"a\": \"b\u{9b}2J\u{7f}\u{202e}\u{feff}\"}", #"{"a": "b\u009b2J\u007f\u202e\ufeff"}"#),
            ("[1,\n\t2]", "[1,\n\t2]"), ("\"é👩‍💻\"", "\"é👩‍💻\""),
        ]
    )
    func jsonOfServer(text: String, shown: String) {
        #expect(JSON.verbatim(text).lineText == shown + "\n")
    }

    @Test(
        "CSV has no formulas and nothing that a terminal would act on",
        arguments: [
            ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"), ("+1+1", "'+1+1"), ("@SUM(A1)", "'@SUM(A1)"),
            ("-2+3", "'-2+3"), ("\t=1", "'\t=1"), ("-5", "-5"), ("+0.5e3", "+0.5e3"), ("-", "-"), ("a=b", "a=b"),
            ("\u{1b}[2J", "\\x1b[2J"), ("two\nlines", "\"two\nlines\""),
        ]
    )
    func csvFields(text: String, field: String) {
        var csv = CSV(columns: ["a"])
        csv.append([text])
        #expect(csv.rowText == field + "\r\n")
    }
}
