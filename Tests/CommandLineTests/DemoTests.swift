import ArgumentParser
import Cronmill
import Testing

@testable import cronmill_cli

@Suite("The demo")
struct DemoTests {
    @Test("a shown set-up line is as wide as a terminal and means what it says")
    func setupLine() async throws {
        let arguments = DemoDatabase.places.setupArguments(every: nil)
        #expect(
            CommandLineText.wrapped("cronmill setup", arguments)
                == """
                cronmill setup --database places --queue places --handler app.add_place \\
                    --run-as demo_runner --slots 2
                """
        )
        let setup = try await Setup.asyncParse(arguments)
        #expect(setup.asked.database == ["places"])
        let request = try setup.settings.request(processor: setup.processor, queue: setup.queue)
        var wanted = ProcessorRequest()
        wanted.queue = try ObjectName("places", of: "queue")
        wanted.handler = "app.add_place"
        wanted.runAs = "demo_runner"
        wanted.slots = 2
        #expect(request == wanted)
    }

    @Test("steps are shown on lines that fit a terminal")
    func steps() {
        let steps = [
            "create extension postgres_fdw", "install queues and processors", "make the link, with a password",
        ]
        #expect(
            CommandLineText.wrapped(steps: steps, in: "places")
                == """
                places: create extension postgres_fdw; install queues and processors;
                          make the link, with a password
                """
        )
    }

    @Test("where pg_cron knows seconds, the set-up asks for them")
    func interval() async throws {
        let setup = try await Setup.asyncParse(DemoDatabase.languages.setupArguments(every: .seconds(5)))
        let request = try setup.settings.request(processor: setup.processor, queue: setup.queue)
        #expect(request.schedule?.text == "5 seconds")
    }

    @Test("the line that sets sixty databases up fits a terminal and means what it says")
    func shops() async throws {
        #expect(
            Shops.setupLine
                == """
                cronmill setup $(seq -f '--database shop_%02.0f' 60) --queue letters \\
                    --handler app.send_letter --run-as demo_runner --sleep-after 5s \\
                    --budget 8 --enable
                """
        )
        #expect(Shops.all.count == 60 && Shops.all[6] == "shop_07" && Shops.all[59] == "shop_60")
        #expect(Shops.busy.count > Shops.budget && !Shops.busy.contains(Shops.quiet))
        let request = try await Setup.asyncParse(["--database", "shop_01"] + Shops.setupArguments).request()
        #expect(request.budget == 8)
        #expect(request.processor?.sleepAfter == .seconds(5))
        #expect(request.processor?.isEnabled == true)
        #expect(request.processor?.handler == "app.send_letter")
    }

    @Test(
        "letters that are missing or were sent twice are told, and tasks that are left, where none may be",
        arguments: [
            (50, 50, 0, 0, false, false), (49, 49, 0, 0, false, true), (51, 50, 0, 0, false, true),
            (49, 49, 1, 0, false, true), (49, 49, 1, 0, true, false), (49, 49, 0, 1, true, true),
        ]
    )
    func sendings(sent: Int, letters: Int, open: Int, dead: Int, mayWait: Bool, isWrong: Bool) {
        let sendings = Sendings(database: "shop_01", enqueued: 50, sent: sent, letters: letters, open: open, dead: dead)
        #expect((sendings.complaint(mayWait: mayWait) != nil) == isWrong)
    }

    @Test(
        "the enqueue line of a database names its tables and its program for jq",
        arguments: [
            (
                DemoDatabase.languages, [CodeTable.languages],
                """
                jq -c '.[][]' iso_639-3.json |
                    cronmill enqueue --database languages --queue languages -
                """
            ),
            (
                DemoDatabase.places, [CodeTable.countries, .currencies],
                """
                jq -c 'to_entries[] | {standard: .key, record: .value[]}' \\
                    iso_3166-1.json iso_4217.json |
                    cronmill enqueue --database places --queue places -
                """
            ),
        ]
    )
    func enqueueLine(database: DemoDatabase, tables: [CodeTable], line: String) {
        #expect(database.enqueueLine(tables) == line)
    }

    @Test("without the package iso-codes the error names it")
    func packageIsMissing() {
        #expect {
            try CodeTable.checkInstalled(in: "/nonexistent")
        } throws: { error in
            let error = error as? CronmillError
            return error?.message == "/nonexistent/iso_639-3.json cannot be read: No such file or directory"
                && error?.hint == "Install it: apt install iso-codes"
        }
    }

    @Test(
        "progress is a bar and two numbers",
        arguments: [
            (0, 13_286, "[--------------------] 0 of 13,286 tasks done"),
            (6_643, 13_286, "[##########----------] 6,643 of 13,286 tasks done"),
            (13_286, 13_286, "[####################] 13,286 of 13,286 tasks done"),
        ]
    )
    func progress(done: Int, total: Int, text: String) {
        #expect(ProgressBar(done: done, total: total).text == text)
    }

    @Test(
        "records that are missing or came twice are told",
        arguments: [
            (249, 249, nil),
            (248, 248, "ISO 3166-1: 249 records were enqueued, and 248 rows of 248 different records arrived"),
            (250, 249, "ISO 3166-1: 249 records were enqueued, and 250 rows of 249 different records arrived"),
        ] as [(Int, Int, String?)]
    )
    func arrival(arrived: Int, records: Int, complaint: String?) {
        let arrival = Arrival(
            database: "places",
            standard: "ISO 3166-1",
            enqueued: 249,
            arrived: arrived,
            records: records,
            duration: nil
        )
        #expect(arrival.complaint == complaint)
    }
}
