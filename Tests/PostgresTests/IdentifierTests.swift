import Postgres
import Testing

@Suite("Identifier")
struct IdentifierTests {
    @Test("a plain name stands as it is", arguments: ["job", "_a1", "cron", "name", "value", "a_b"])
    func plain(name: String) {
        #expect(Identifier(name).quoted == name)
    }

    @Test(
        "any other name is quoted",
        arguments: [
            ("Job", #""Job""#), ("1a", #""1a""#), ("a-b", #""a-b""#), ("", #""""#), ("a\"b", #""a""b""#),
            ("é", #""é""#), ("a b", #""a b""#), ("a$", #""a$""#), ("a\"\u{301}", "\"a\"\"\u{301}\""),
        ]
    )
    func quoted(name: String, text: String) {
        #expect(Identifier(name).quoted == text)
    }

    @Test("a keyword is quoted", arguments: ["user", "select", "table", "between", "left", "xmltable", "system_user"])
    func keyword(name: String) {
        #expect(Identifier(name).quoted == "\"\(name)\"")
    }
}
