import Glibc
import Testing

@testable import cronmill_cli

@Suite("The environment file")
struct EnvironmentFileTests {
    @Test(
        "a line is a name and a value, a comment or blank",
        arguments: [
            ("DB_HOST=db1", ["DB_HOST": "db1"]), ("  DB_HOST =\tdb1  ", ["DB_HOST": "db1"]),
            ("export DB_HOST=db1", ["DB_HOST": "db1"]), ("export\t DB_HOST=db1", ["DB_HOST": "db1"]),
            ("export=1", ["export": "1"]), ("exported=1", ["exported": "1"]), ("_a1=b", ["_a1": "b"]),
            ("DB_PASSWORD=", ["DB_PASSWORD": ""]), ("DB_PASSWORD=   # none", ["DB_PASSWORD": ""]),
            ("A=b=c", ["A": "b=c"]), ("", [:]), (" \t ", [:]), ("# A=b", [:]), ("  # it's \"open", [:]),
        ]
    )
    func line(text: String, values: [String: String]) throws {
        #expect(try Self.values(text) == values)
    }

    @Test(
        "quotes, escapes and trailing comments are understood",
        arguments: [
            (#"A="two words""#, "two words"), (#"A='two words'"#, "two words"), (#"A="" # empty"#, ""),
            (#"A='' # empty"#, ""), (#"A="a # b" # c"#, "a # b"), (#"A='a # b' # c"#, "a # b"),
            ("A=\"a\"\t# c", "a"), (#"A="a\nb""#, "a\nb"), (#"A="\"\\\$\t\'""#, #""\$\t\'"#),
            (#"A='\n\"$'"#, #"\n\"$"#), (#"A=a\nb"#, #"a\nb"#), ("A=$HOME", "$HOME"), (#"A="$HOME""#, "$HOME"),
            ("A=a#b", "a#b"), ("A=a #b", "a"), ("A=#b", "#b"), ("A=a b  c ", "a b  c"), (#"A=a"b"'c'"#, #"a"b"'c'"#),
            ("A=\"\u{301}\"", "\u{301}"), ("A='\u{301}x'", "\u{301}x"), ("A=é 検", "é 検"),
        ]
    )
    func value(line: String, value: String) throws {
        #expect(try Self.values(line) == ["A": value])
    }

    @Test(
        "line breaks of either kind and a byte order mark make no difference",
        arguments: [
            "A=1\nB=\"2\"\n\n# c\nA=3", "A=1\r\nB=\"2\"\r\n\r\n# c\r\nA=3\r\n",
            "\u{feff}A=1\nB='2'\n\n\nA=3 # c\n",
        ]
    )
    func lineBreaks(text: String) throws {
        let file = try EnvironmentFile(name: ".env", text: text)
        #expect(file.name == ".env")
        // The last of two values counts, as in a shell.
        #expect(file.entries == ["A": .init(value: "3", line: 5), "B": .init(value: "2", line: 2)])
    }

    @Test(
        "a bad line is told by its number and never by what it says",
        arguments: [
            ("s3cret", "is neither NAME=value nor a comment"), ("export s3cret", "is neither NAME=value nor a comment"),
            ("=s3cret", "has a name of other than letters, digits and underscores, or with a digit first"),
            ("1A=s3cret", "has a name of other than letters, digits and underscores, or with a digit first"),
            ("DB-HOST=s3cret", "has a name of other than letters, digits and underscores, or with a digit first"),
            ("set A=s3cret", "has a name of other than letters, digits and underscores, or with a digit first"),
            ("Ä=s3cret", "has a name of other than letters, digits and underscores, or with a digit first"),
            (#"A="s3cret"#, "has a double quote that is not closed"),
            (#"A="s3cret\"#, "has a double quote that is not closed"),
            (#"A="s3cret\""#, "has a double quote that is not closed"),
            ("A='s3cret", "has a single quote that is not closed"),
            (#"A="s3cret" s3cret"#, "has text after the closing quote"),
            (#"A='s3cret'#s3cret"#, "has text after the closing quote"),
        ]
    )
    func badLine(line: String, reason: String) {
        let error = EnvironmentFileError(file: "prod.env", line: 3, reason: reason)
        #expect(throws: error) { try EnvironmentFile(name: "prod.env", text: "A=1\r\n\r\n\(line)\r\nB\r\n") }
        #expect(error.description == "prod.env line 3 \(reason)")
        #expect(!error.description.contains("s3cret"))
    }

    @Test("a file that is not there is none, one that cannot be read is an error")
    func reading() throws {
        #expect(try EnvironmentFile.read(path: "/nonexistent/.env") == nil)
        #expect(try EnvironmentFile.read(path: "/dev/null")?.entries == [:])
        let error = EnvironmentFileError(file: "/", line: nil, reason: "cannot be read: Is a directory")
        #expect(throws: error) { try EnvironmentFile.read(path: "/") }
        #expect(error.description == "/ cannot be read: Is a directory")
    }

    @Test("a file that others can write, or that is another's and named by nobody, is refused; a readable one is noted")
    func trust() throws {
        let path = "/tmp/cronmill-environment-\(getpid())"
        let descriptor = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0o600)
        defer { unlink(path) }
        #expect(write(descriptor, "DB_PASSWORD=x\n", 14) == 14)
        close(descriptor)
        func read(_ mode: mode_t, isNamed: Bool = false) throws -> EnvironmentFile? {
            chmod(path, mode)
            return try EnvironmentFile.read(path: path, isNamed: isNamed)
        }
        for isNamed in [false, true] {
            let error = EnvironmentFileError(
                file: path,
                line: nil,
                reason: "may be written by other users: chmod go-w \(path)"
            )
            #expect(throws: error) { try read(0o602, isNamed: isNamed) }
            #expect(try read(0o600, isNamed: isNamed)?.isReadByOthers == false)
            #expect(try read(0o644, isNamed: isNamed)?.isReadByOthers == true)
            #expect(try read(0o600, isNamed: isNamed)?.isNamed == isNamed)
        }
        // Only root can give a file away.
        guard geteuid() == 0 else { return }
        chown(path, 12_345, getgid())
        let error = EnvironmentFileError(
            file: path,
            line: nil,
            reason: "belongs to another user (12345); if it is meant, name it with --env-file"
        )
        #expect(throws: error) { try read(0o600) }
        #expect(try read(0o600, isNamed: true)?.entries["DB_PASSWORD"]?.value == "x")
    }

    private static func values(_ text: String) throws -> [String: String] {
        try EnvironmentFile(name: ".env", text: text).entries.mapValues(\.value)
    }
}
