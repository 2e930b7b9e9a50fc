import Testing

@testable import Cronmill

@Suite("Words of a shell")
struct ShellWordTests {
    @Test(
        "what a shell could read otherwise is quoted, as the registry quotes it",
        arguments: [
            ("emails", "emails"), ("a-b_c.d/e:@%+,", "a-b_c.d/e:@%+,"), ("-f", "'-f'"), ("", "''"),
            ("it's", "'it'\\''s'"),
            ("müller", "'müller'"), ("\u{d4e}`x`", "'\u{d4e}`x`'"), ("a b", "'a b'"), ("$x", "'$x'"),
        ]
    )
    func words(text: String, word: String) {
        #expect(text.shellWord == word)
    }
}
