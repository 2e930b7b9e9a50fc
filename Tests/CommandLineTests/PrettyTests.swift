import Cronmill
import Testing

@testable import cronmill_cli

/// JSON as it comes from the server, for people.
@Suite("Pretty JSON")
struct PrettyTests {
    @Test(
        "structure is shown, and what is in strings stays as it is",
        arguments: [
            ("1.50", "1.50"), ("\"a, {b}: \\\"[c]\\\\\"", "\"a, {b}: \\\"[c]\\\\\""), ("{}", "{}"), ("[]", "[]"),
            ("[1, [], {\"a\": {}}]", "[\n  1,\n  [],\n  {\n    \"a\": {}\n  }\n]"),
            ("{\"検索\": \"é\", \"b\": [true, null]}", "{\n  \"検索\": \"é\",\n  \"b\": [\n    true,\n    null\n  ]\n}"),
        ]
    )
    func pretty(text: String, expected: String) {
        #expect(JSON.pretty(text) == expected)
    }
}
