import Testing

@testable import cronmill_cli

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

@Suite("Environment files")
struct EnvironmentFileTests {
    @Test(
        "a value is what stands there",
        arguments: [
            ("K=v", "v"), ("  export K = v  ", "v"), ("export\tK=v", "v"), ("K=", ""), ("K= # comment", ""),
            ("K=a b # comment", "a b"), ("K=a#b", "a#b"), ("K=#b", "#b"), ("K=a=b", "a=b"), ("K=$HOME\\n", "$HOME\\n"),
            ("K=it's", "it's"), ("K='a # \"b\" \\n $c'  # comment", "a # \"b\" \\n $c"), ("K=''", ""),
            ("K=\"a # b\" # comment", "a # b"), ("K=\"\\n\\\"\\\\\\$\\t\"", "\n\"\\$\\t"), ("K=\"\"", ""),
            ("K='\u{301}a'", "\u{301}a"), ("K=v\r", "v"), ("\u{feff}K=v", "v"), ("K=1\nK=2", "2"),
            ("# c\n\n \t\r\nK=v\r\n", "v"),
        ]
    )
    func values(text: String, value: String) throws {
        let file = try EnvironmentFile(name: ".env", text: text)
        #expect(file.entries.mapValues(\.value) == ["K": value])
    }

    @Test("each name knows its line")
    func lines() throws {
        let file = try EnvironmentFile(name: ".env", text: "# work\r\nDB_HOST=a\r\n\r\nexport DB_PORT=1\r\n")
        #expect(
            file.entries == ["DB_HOST": .init(value: "a", line: 2), "DB_PORT": .init(value: "1", line: 4)]
        )
    }

    @Test(
        "a bad line is refused by its number, never by what it says",
        arguments: [
            ("s3cret", "is neither NAME=value nor a comment"),
            ("export s3cret", "is neither NAME=value nor a comment"),
            ("1K=s3cret", "has a name of other than letters, digits and underscores, or with a digit first"),
            ("K L=s3cret", "has a name of other than letters, digits and underscores, or with a digit first"),
            ("=s3cret", "has a name of other than letters, digits and underscores, or with a digit first"),
            ("K=\"s3cret", "has a double quote that is not closed"),
            ("K=\"s3cret\\", "has a double quote that is not closed"),
            ("K='s3cret", "has a single quote that is not closed"),
            ("K=\"s3\"cret", "has text after the closing quote"), ("K='s3'#cret", "has text after the closing quote"),
        ]
    )
    func badLines(line: String, reason: String) {
        let error = #expect(throws: EnvironmentFileError.self) {
            try EnvironmentFile(name: "prod.env", text: "A=1\n\n\(line)\nB=2")
        }
        #expect(error?.description == "prod.env line 3 \(reason)")
    }

    @Test("a file that is not there is nil, one that cannot be read is an error")
    func files() throws {
        #expect(try EnvironmentFile.read(path: "/nonexistent/.env") == nil)
        let error = #expect(throws: EnvironmentFileError.self) { try EnvironmentFile.read(path: "/") }
        #expect(error?.description == "/ cannot be read: Is a directory")
    }

    @Test("the example can be used as it stands")
    func example() throws {
        let package = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let file = try #require(try EnvironmentFile.read(path: "/\(package)/env.example"))
        let settings = try Settings(environment: [:], file: file).resolved()
        #expect(
            settings.work.mapValues(\.value)
                == ["host": "localhost", "port": "5432", "user": "postgres", "dbname": "app"]
        )
        #expect(
            settings.cron.mapValues(\.value)
                == ["host": "localhost", "port": "5432", "user": "postgres", "dbname": "postgres"]
        )
    }

    @Test("a file that is not text is refused")
    func notText() throws {
        var template = Array("/tmp/cronmill-env-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        try #require(descriptor >= 0)
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { unlink(path) }
        let bytes: [UInt8] = [0x4b, 0x3d, 0xff]
        try #require(write(descriptor, bytes, bytes.count) == bytes.count)
        close(descriptor)
        let error = #expect(throws: EnvironmentFileError.self) { try EnvironmentFile.read(path: path) }
        #expect(error?.description == "\(path) is not UTF-8 text")
    }
}
