import Cronmill
import Testing
import struct FoundationEssentials.Date

@testable import cronmill_cli

@Suite("Tables")
struct TableTests {
    private func processors() -> Table {
        var table = Table(columns: [
            .init("processor"), .init("ready", alignment: .right), .init("last message", shrinks: true), .init("state"),
        ])
        table.append(["mails", "12", "connection refused by the mail server", .init("failed", style: .red)])
        table.append(["検索索引", "100,000+", "", "enabled"])
        table.append(["cafe\u{301} 👩‍👩‍👧", "0", "a\nb\u{1b}[2J\t\u{202e}"])
        return table
    }

    @Test("columns line up whatever the signs in them, and nothing is cut in a pipe")
    func unlimited() {
        #expect(
            processors().render(width: nil, colour: false)
                == """
                PROCESSOR     READY  LAST MESSAGE                           STATE
                mails            12  connection refused by the mail server  failed
                検索索引   100,000+                                         enabled
                cafe\u{301} 👩‍👩‍👧           0  a\\nb\\x1b[2J\\t\\u{202e}

                """
        )
    }

    @Test("one column shrinks to the width of the terminal")
    func shrinks() {
        #expect(
            processors().render(width: 50, colour: false)
                == """
                PROCESSOR     READY  LAST MESSAGE          STATE
                mails            12  connection refused …  failed
                検索索引   100,000+                        enabled
                cafe\u{301} 👩‍👩‍👧           0  a\\nb\\x1b[2J\\t\\u{202…

                """
        )
    }

    @Test("no column shrinks to nothing")
    func keepsSomething() {
        #expect(
            processors().render(width: 10, colour: false)
                == """
                PROCESSOR     READY  LAST ME…  STATE
                mails            12  connect…  failed
                検索索引   100,000+            enabled
                cafe\u{301} 👩‍👩‍👧           0  a\\nb\\x1…

                """
        )
    }

    @Test("where shrinking is not enough columns go, the last first, and what is left gets its room back")
    func goes() {
        var table = Table(columns: [
            .init("database", whenNarrow: .shrinks(to: 4)), .init("duration", alignment: .right, whenNarrow: .goes),
            .init("tasks", whenNarrow: .goes), .init("message", whenNarrow: .shrinks(to: 8)),
        ])
        table.append(["検索索引検索", "1m", "1,000 done", "connection failed"])
        let texts = [60, 45, 40, 32, 20, 5].map { table.render(width: $0, colour: false) }
        #expect(
            texts == [
                """
                DATABASE      DURATION  TASKS       MESSAGE
                検索索引検索        1m  1,000 done  connection failed

                """,
                """
                DATABASE      DURATION  TASKS       MESSAGE
                検索索引検索        1m  1,000 done  connecti…

                """,
                """
                DATABASE  DURATION  TASKS       MESSAGE
                検索索…         1m  1,000 done  connect…

                """,
                """
                DATABASE      DURATION  MESSAGE
                検索索引検索        1m  connect…

                """,
                """
                DATABASE    MESSAGE
                検索索引…   connect…

                """,
                """
                DAT…  MESSAGE
                検…   connect…

                """,
            ]
        )
    }

    @Test("columns that go last go when all others that may have gone")
    func goesLast() {
        var table = Table(columns: [
            .init("name"), .init("rate", alignment: .right, whenNarrow: .goesLast),
            .init("trend", alignment: .right, whenNarrow: .goes), .init("dead", alignment: .right),
        ])
        table.append(["letters", "25", "+50%", "1"])
        #expect(
            [26, 25, 18].map { table.render(width: $0, colour: false) } == [
                "NAME     RATE  TREND  DEAD\nletters    25   +50%     1\n",
                "NAME     RATE  DEAD\nletters    25     1\n", "NAME     DEAD\nletters     1\n",
            ]
        )
    }

    @Test("a table that goes on keeps its columns")
    func goesOn() {
        var table = Table(columns: [.init("database"), .init("status")])
        table.append(["shop", "running"])
        #expect(table.naturalWidths == [8, 7])
        #expect(table.render(width: nil, colour: false, least: [12, 4], hasHeader: false) == "shop          running\n")
    }

    @Test(
        "a course is drawn with blocks, or with ASCII signs",
        arguments: [
            ([0, 1, 2, 3, 4, 5, 6, 7], "▁▂▃▄▅▆▇█", "_.:-=+*#"), ([0, 0], "▁▁", "__"), ([1, 1_000_000], "▂█", ".#"),
            ([], "", ""),
        ]
    )
    func sparkline(values: [Int], unicode: String, ascii: String) {
        #expect(Sparkline.text(values, unicode: true) == unicode)
        #expect(Sparkline.text(values, unicode: false) == ascii)
    }

    @Test("colours do not move the columns")
    func colours() {
        var table = Table(columns: [.init("name"), .init("state")])
        table.append([.init("a", style: .green), .init("failed", style: .red)])
        #expect(
            table.render(width: 80, colour: true)
                == """
                \u{1b}[1mNAME\u{1b}[0m  \u{1b}[1mSTATE\u{1b}[0m
                \u{1b}[32ma\u{1b}[0m     \u{1b}[31mfailed\u{1b}[0m

                """
        )
    }

    @Test("an empty table is its header")
    func empty() {
        let table = Table(columns: [.init("queue"), .init("dead", alignment: .right)])
        #expect(table.render(width: nil, colour: false) == "QUEUE  DEAD\n")
    }

    @Test("times have their zone in the header, or beside them where it is not the same for all")
    func times() {
        func times(_ zones: String...) -> String {
            let values = zones.map { ServerTime(date: .distantPast, text: "2026-11-26 04:30:04", zone: $0) }
            let shown = TimeColumn(values + [nil])
            var table = Table(columns: [.init("database"), shown.column("start"), .init("status")])
            for value in values { table.append(["shop", .init(shown.text(value)), "failed"]) }
            return table.render(width: nil, colour: false)
        }
        #expect(
            times("Europe/Berlin", "Europe/Berlin") == """
                DATABASE  START (Europe/Berlin)  STATUS
                shop      2026-11-26 04:30:04    failed
                shop      2026-11-26 04:30:04    failed

                """
        )
        #expect(
            times("Europe/Berlin", "<+03>-03") == """
                DATABASE  START                              STATUS
                shop      2026-11-26 04:30:04 Europe/Berlin  failed
                shop      2026-11-26 04:30:04 <+03>-03       failed

                """
        )
        #expect(times() == "DATABASE  START  STATUS\n")
    }

    @Test(
        "text is as wide as a terminal shows it",
        arguments: [
            ("", 0), ("abc", 3), ("naïve", 5), ("cafe\u{301}", 4), ("検索", 4), ("한국어", 6),
            ("\u{1112}\u{1161}\u{11ab}", 2),
            ("ｆｕｌｌ", 8), ("👍", 2), ("👍🏽", 2), ("👩‍👩‍👧‍👦", 2), ("🇩🇪", 2), ("❤", 1), ("❤\u{fe0f}", 2), ("✔", 1),
            ("1\u{fe0f}\u{20e3}", 2), ("a\u{200b}b", 2), ("…", 1), ("שלום", 4), ("𠮷", 2),
        ]
    )
    func width(text: String, columns: Int) {
        #expect(text.displayWidth == columns)
    }

    @Test(
        "cut text ends in an ellipsis and never exceeds its width",
        arguments: [
            ("message", 7, "message"), ("message", 4, "mes…"), ("検索索引", 5, "検索…"), ("検索索引", 4, "検…"),
            ("ab", 1, "…"), ("ab", 0, ""),
        ]
    )
    func truncation(text: String, width: Int, cut: String) {
        #expect(text.truncated(to: width) == cut)
    }
}
