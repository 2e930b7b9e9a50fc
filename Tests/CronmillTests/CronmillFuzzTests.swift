import Fuzzing
import Testing

@testable import Cronmill

/// Parsers of the library, with changed inputs (`make fuzz`).
@Suite("Fuzzing the library")
struct CronmillFuzzTests {
    @Test("a schedule that is accepted stays what it is")
    func schedules() {
        var fuzz = Fuzz("schedules", from: Self.schedules, tokens: Self.scheduleTokens)
        while let text = fuzz.next() {
            do {
                let schedule = try Schedule(text)
                fuzz.keep(text)
                guard try Schedule(schedule.text) == schedule else {
                    Issue.record("\(text.debugDescription) becomes \(schedule), which is another one")
                    return
                }
            } catch {
                continue
            }
        }
        #expect(fuzz.count > 0)
    }

    static let schedules = [
        "* * * * *", "*/5 0-23/2 1,15 jan-mar MON-fri", "0 12 $ * *", "30 seconds", "1 second", "@daily", "@every 5s",
        "0 0 1-7 * mon", "59 23 31 12 7", "* * * * * *",
    ]
    static let scheduleTokens = [
        "*", "*/", "/", "-", ",", " ", "$", "@hourly", "@yearly", "seconds", "second", "mon", "dec", "sun", "0", "7",
        "59",
        "60", "99999999999999999999", "CRON_TZ=UTC ",
    ]

    @Test("a duration that is accepted is typed again as it is shown")
    func durations() {
        var fuzz = Fuzz(
            "durations",
            from: ["30m", "1h30m", "90s", "500ms", "2d", "90", "1.5s", "0", "1d2h3m4s5ms"],
            tokens: ["d", "h", "m", "s", "ms", ".", " ", "-", "9223372036854775807", "106751991"]
        )
        while let text = fuzz.next() {
            do {
                let duration = try Duration(userText: text)
                fuzz.keep(text)
                guard try Duration(userText: duration.roundTripText) == duration, !duration.shortText.isEmpty else {
                    Issue.record("\(text.debugDescription) is shown as \(duration.roundTripText)")
                    return
                }
            } catch {
                guard !error.message.isEmpty else { return }
            }
        }
        #expect(fuzz.count > 0)
    }

    @Test("a search path that is accepted is typed again as it is shown")
    func searchPaths() {
        var fuzz = Fuzz("search paths", from: Self.searchPaths, tokens: Self.searchPathTokens)
        while let text = fuzz.next() {
            do {
                let path = try SearchPath(userText: text)
                fuzz.keep(text)
                guard try SearchPath(userText: path.description) == path else {
                    Issue.record("\(text.debugDescription) is shown as \(path)")
                    return
                }
            } catch {
                guard !error.message.isEmpty else { return }
            }
        }
        #expect(fuzz.count > 0)
    }

    static let searchPaths = [
        "pg_temp", "app, pg_temp", #""My schema", app ,"$user", pg_temp"#, "APP,pg_temp", "\"a\"\"b\",pg_temp",
    ]
    static let searchPathTokens = ["\"", ",", ", pg_temp", "pg_temp", "\"\"", "$user", "select", "Ä"]

    @Test("JSON lines are the same, however they come in pieces")
    func jsonLines() throws {
        var fuzz = Fuzz(
            "JSON lines",
            from: ["{}\n{}", "{\"a\": 1}\r\n\n[1]\n", "  null \n\t\n\"x\"", "1"],
            tokens: ["\n", "\r\n", " ", "\t"]
        )
        while let text = fuzz.next() {
            let bytes = Array(text.utf8)
            var lines = 0
            // A byte order mark before the first line is no part of it.
            for line in bytes.dropFirst(bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0).split(
                separator: UInt8(ascii: "\n"),
                omittingEmptySubsequences: false
            ) {
                lines += line.allSatisfy { [0x20, 0x09, 0x0d].contains($0) } ? 0 : 1
            }
            let whole = try Self.rows(of: [bytes], bytesPerChunk: .max)
            var pieces: [[UInt8]] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = 1 + fuzz.pick(rest.count)
                pieces.append(Array(rest.prefix(count)))
                rest = rest.dropFirst(count)
            }
            let parted = try Self.rows(of: pieces, bytesPerChunk: 1 + fuzz.pick(20))
            guard whole == parted, whole.count == lines || whole.invalid != nil else {
                Issue.record("\(text.debugDescription) in \(pieces.count) pieces")
                return
            }
            fuzz.keep(text)
        }
        #expect(fuzz.count > 0)
    }

    /// The rows, and how many; or the line that is refused.
    private struct Rows: Equatable {
        var bytes: [UInt8] = []
        var count = 0
        var invalid: Int?
    }

    private static func rows(of pieces: [[UInt8]], bytesPerChunk: Int) throws -> Rows {
        var source = pieces[...]
        var lines = JSONLines(fields: ["a"], bytesPerChunk: bytesPerChunk) { source.popFirst() }
        var found = Rows()
        do {
            while try lines.begin() {
                while let rows = try lines.next() { found.bytes += rows }
                found.count += lines.rowsInChunk
            }
        } catch let error as InvalidLine {
            return Rows(invalid: error.number)
        }
        return found
    }
}
