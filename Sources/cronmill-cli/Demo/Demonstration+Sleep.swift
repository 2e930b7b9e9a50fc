internal import ArgumentParser
internal import Cronmill
internal import Postgres
internal import SQLFiles

/// Many databases of which few have work at a time.
extension Demonstration {
    /// Sets small databases up whose processors sleep, and shows how tasks wake them and how they share a few places.
    func sleep(hasSeconds: Bool) async throws {
        try await makeShops()
        var enqueued: [String: Int] = [:]
        if hasSeconds {
            try await untilAllSleep()
            try await showStatus(of: [Shops.name(1), Shops.quiet])
            enqueued[Shops.quiet] = try await wakeOne()
            let most = try await wakeMany(&enqueued)
            guard most <= Shops.budget else {
                output.report("\(most) slots were at work at once, with a budget of \(Shops.budget)")
                throw Failure.reported(.failed)
            }
        } else {
            try headline("A task for one of them")
            enqueued[Shops.quiet] = try await enqueue(1, into: Shops.quiet)
            try await showStatus(of: [Shops.name(1), Shops.quiet])
            try say(
                """
                It is done, too, but not soon: this pg_cron starts jobs at full minutes only, so that
                in each of them at most \(Shops.budget) of these processors begin. From pg_cron 1.5 on a task in a
                sleeping database is done about a second later, which the demo then shows.
                """
            )
        }
        try await check(enqueued, mayWait: !hasSeconds)
    }

    private func makeShops() async throws {
        let (first, path) = (Shops.all[0], "demo/shops.sql")
        guard let file = SQLFile.named(path) else {
            throw CronmillError(.failed, "SQL file \(path) is missing from this build")
        }
        try headline(
            "\(Shops.count) small databases, their processors asleep while there is no task, on \(Shops.budget) places"
        )
        try command("createdb \(first); psql -d \(first) -f sql/\(path)")
        try command("for n in $(seq -w 2 \(Shops.count)); do createdb -T \(first) shop_$n; done")
        _ = try await with("postgres") { try await $0.execute("create database \(identifier: first)") }
        try await with(first) { try await $0.script(file.text) }
        try await with("postgres") { connection in
            for name in Shops.all.dropFirst() {
                output.progress("creating \(name)")
                try await connection.execute("create database \(identifier: name) template \(identifier: first)")
            }
        }
        try command(Shops.setupLine)
        let wanted = try await Setup.asyncParse(Shops.all.flatMap { ["--database", $0] } + Shops.setupArguments)
            .request()
        let begin = ContinuousClock.now
        try await deployment.whileSettingUp {
            for name in Shops.all {
                output.progress("setting up \(name)")
                try await deployment.apply(deployment.planSetup(wanted, database: name)) { _ in }
            }
        }
        try result("\(Shops.count) databases were set up in \((ContinuousClock.now - begin).shortText).")
    }

    /// Waits until each of them has had a place, found nothing to do, and given it back.
    private func untilAllSleep() async throws {
        try await wait(for: "all processors to be asleep") {
            guard let demand = try await status(of: [Shops.quiet]).demand else { return false }
            output.progress("\(demand.asleep) of \(Shops.count) processors are asleep")
            return demand.waiting + demand.awake == 0
        }
    }

    private func showStatus(of databases: [String]) async throws {
        try command("cronmill status " + databases.map { "--database \($0)" }.joined(separator: " "))
        let report = try await status(of: databases)
        let rows = try report.databases.flatMap { try $0.outcome.get() }
        try output.write(StatusText(rows, scheduler: report.scheduler, demand: report.demand))
    }

    /// Enqueues letters into the queue of a shop, and gives their number.
    private func enqueue(_ letters: Int, into shop: String, quietly: Bool = false) async throws -> Int {
        if !quietly { try command("cronmill enqueue --database \(shop) --queue \(Shops.queue) '{\"n\": 1}'") }
        return try await deployment.enqueue(
            into: Shops.queue,
            database: shop,
            text: (1...letters).map { "{\"n\": \($0)}" }.joined(separator: "\n")
        ).enqueued
    }

    private func wakeOne() async throws -> Int {
        try headline("A task wakes the processor of its database")
        let count = try await enqueue(1, into: Shops.quiet)
        let begin = ContinuousClock.now
        try await with(Shops.quiet) { try await untilDone($0) {} }
        try result("It was done \((ContinuousClock.now - begin).shortText) later.")
        return count
    }

    /// Enqueues into more databases than there are places, and waits until all is done.
    ///
    /// - Returns: how many slots were at work at once, at most.
    private func wakeMany(_ enqueued: inout [String: Int]) async throws -> Int {
        try headline("Tasks for \(Shops.busy.count) of them at once: who has waited longest is next")
        try command(
            """
            for n in $(seq -w 1 3 \(Shops.count)); do
                seq -f '{"n": %.0f}' \(Shops.letters) |
                cronmill enqueue --database shop_$n --queue \(Shops.queue) -; done
            """
        )
        let begin = ContinuousClock.now
        for shop in Shops.busy {
            output.progress("enqueueing into \(shop)")
            enqueued[shop] = try await enqueue(Shops.letters, into: shop, quietly: true)
        }
        let most = try await with("postgres") { lookout in
            var (most, isShown) = (0, false)
            for (number, shop) in Shops.busy.enumerated() {
                output.progress("\(number) of \(Shops.busy.count) databases are done")
                try await with(shop) { connection in
                    try await untilDone(connection) {
                        most = max(most, try await slotsAtWork(lookout))
                        if !isShown, most == Shops.budget {
                            isShown = true
                            try await showStatus(of: [shop, Shops.busy.last ?? shop])
                        }
                    }
                }
            }
            return most
        }
        let total = Shops.busy.compactMap { enqueued[$0] }.reduce(0, +)
        try result(
            "\(total.counted) tasks of \(Shops.busy.count) databases were done in \((ContinuousClock.now - begin).shortText),"
                + " by \(most) slots at once at most."
        )
        return most
    }

    private func untilDone(_ connection: Connection, _ look: () async throws -> Void) async throws {
        try await wait(for: "all tasks to be done") {
            try await look()
            return try await connection.query("select 1 from cronmill.task limit 1").isEmpty
        }
    }

    /// Slots at work in the shops: each has a lock.
    private func slotsAtWork(_ connection: Connection) async throws -> Int {
        try await connection.query(
            """
            select count(distinct l.pid) as slots
            from pg_locks as l
            join pg_database as d on d.oid = l.database
            where l.locktype = 'advisory' and l.classid = cronmill_cron.lock_class('slot')::oid
                and d.datname = any (\(Shops.all)::text[])
            """
        ).first?.get("slots") ?? 0
    }

    private func wait(for what: String, _ isSo: () async throws -> Bool) async throws {
        let end = ContinuousClock.now + Self.patience
        while try await !isSo() {
            guard ContinuousClock.now < end else {
                throw CronmillError(.failed, "waited \(Self.patience.shortText) for \(what), in vain")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Counts the letters of all shops.
    ///
    /// - Throws: `Failure.reported` if one is missing or was sent twice, after saying so.
    private func check(_ enqueued: [String: Int], mayWait: Bool) async throws {
        try headline("Was every letter sent, and sent once? The tables of all \(Shops.count) databases, counted")
        var sendings: [Sendings] = []
        for shop in Shops.all {
            output.progress("counting in \(shop)")
            let row = try await with(shop) { connection in
                try await connection.query(
                    """
                    select
                        (select count(*) from app.letter) as sent,
                        (select count(distinct l.n) from app.letter as l) as letters,
                        (select count(*) from cronmill.task) as open,
                        (select count(*) from cronmill.dead_task) as dead
                    """
                ).first
            }
            guard let row else { continue }
            sendings.append(
                try Sendings(
                    database: shop,
                    enqueued: enqueued[shop] ?? 0,
                    sent: row.get("sent"),
                    letters: row.get("letters"),
                    open: row.get("open"),
                    dead: row.get("dead")
                )
            )
        }
        let complaints = sendings.compactMap { $0.complaint(mayWait: mayWait) }
        guard complaints.isEmpty else {
            for complaint in complaints { output.report(complaint) }
            throw Failure.reported(.failed)
        }
        let (sent, left) = (sendings.map(\.sent).reduce(0, +), sendings.map(\.open).reduce(0, +))
        try say(
            mayWait && left > 0
                ? "No task is lost: \(sent.counted) done exactly once, \(left.counted) to be done."
                : "Yes: each of \(sent.counted) letters was sent exactly once, and no task is left."
        )
    }
}
