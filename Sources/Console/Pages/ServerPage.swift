internal import Cronmill

/// The server, its databases and standbys, and what Cronmill's tables take.
struct ServerPage {
    let report: ServerReport
    /// How many standbys there have to be; nil where nobody has said.
    let expectedStandbys: Int?
    let viewer: Viewer

    var html: HTML {
        let server = report.server.mapError { Problem($0) }
        return Page.view(
            title: "Server",
            trail: [],
            role: viewer.role,
            """
            \(server.html(shown))
            \(Page.section("Databases", sizes))
            \(Page.section("Tables of Cronmill", tables))
            <p>\(HTML.command("cronmill server --all"))</p>
            """
        )
    }

    private func shown(_ server: ServerState) -> HTML {
        let connections =
            server.connectionsInUse.map { "\($0.grouped) of \(server.maxConnections.grouped)" } ?? "not visible"
        let facts = HTML.facts([
            ("version", "\(server.version)"), ("started at", "\(server.startedAt.description)"),
            ("role", server.isInRecovery ? "standby" : "primary"), ("connections", "\(connections)"),
            (
                "pg_cron's history",
                server.history.map { "\($0.text)" }
            ),
            ("transaction ids are frozen from", "an age of \(Int(server.freezeMaxAge).grouped) on"),
        ])
        let holders = server.holders.map { holder -> HTML in
            let age = holder.heldFor.map { " for \($0.shortText)" } ?? ""
            return "<li><bdi>\(holder.text)</bdi>\(age), database <bdi>\(holder.database ?? "any")</bdi></li>"
        }
        return """
            \(facts)
            \(Page.section("Standbys", standbys(server)))
            \(Page.section("Replication slots", slots(server)))
            \(Page.section("What keeps dead rows", holders.isEmpty ? "<p>Nothing.</p>" : "<ul class=\"groups\">\(holders)</ul>"))
            """
    }

    private func standbys(_ server: ServerState) -> HTML {
        guard let standbys = server.standbys else { return "<p>Not visible: that takes pg_monitor.</p>" }
        let missing = max(0, (expectedStandbys ?? 0) - standbys.count)
        let note: HTML =
            missing == 0 ? "" : "<p class=\"bad\">\(expectedStandbys ?? 0) expected, \(missing) missing.</p>"
        guard !standbys.isEmpty else { return "<p>None is connected.</p>\(note)" }
        var grid = Grid("A standby that is lost is not among them.", ["name", "state", "sync", "lag", "lag in bytes"])
        for standby in standbys {
            grid.append([
                "<bdi>\(standby.name)</bdi>", "\(standby.state)", "\(standby.syncState)",
                "\(standby.lag?.shortText ?? "idle")", "\(standby.lagBytes?.bytesText ?? "")",
            ])
        }
        return "\(note)\(grid.html)"
    }

    private func slots(_ server: ServerState) -> HTML {
        guard !server.slots.isEmpty else { return "<p>None.</p>" }
        var grid = Grid("What write-ahead log is kept for.", ["slot", "kind", "database", "active", "state", "kept"])
        for slot in server.slots {
            grid.append(
                [
                    "<bdi>\(slot.name)</bdi>", slot.isLogical ? "logical" : "physical",
                    "<bdi>\(slot.database ?? "")</bdi>",
                    slot.isActive ? "yes" : "no", "\(slot.walStatus ?? "")", "\(slot.keptBytes?.bytesText ?? "")",
                ],
                style: slot.isActive ? "" : "odd"
            )
        }
        return grid.html
    }

    private var sizes: HTML {
        guard !report.sizes.isEmpty else { return "<p>Not visible.</p>" }
        var grid = Grid(
            "How many transactions ago the oldest transaction id was; the server stops before 2,147,483,648.",
            ["database", "size", "transactions", "of what there are"]
        )
        for size in report.sizes {
            grid.append(
                [
                    "<bdi>\(size.name)</bdi>", "\(size.bytes?.bytesText ?? "not visible")",
                    "\(Int(size.transactionAge).grouped)", "\(size.wraparoundText)",
                ],
                style: size.wraparound > 0.5 ? "bad" : ""
            )
        }
        return grid.html
    }

    private var tables: HTML {
        var grid = Grid(
            "The 50 largest. Rows are the server's estimates.",
            ["database", "table", "rows", "dead rows", "size", "indexes", "index scans", "vacuumed at"]
        )
        var (faults, found): ([HTML], [(database: String, table: TableStorage)]) = ([], [])
        for result in report.databases {
            switch result.outcome {
            case .failure(let error):
                faults.append(
                    "<p class=\"bad\"><bdi>\(result.database)</bdi> is not visible. \(Problem(error).detail)</p>"
                )
            case .success(let tables): found += tables.map { (result.database, $0) }
            }
        }
        for (database, table) in found.sorted(by: { $0.table.totalBytes > $1.table.totalBytes }).prefix(50) {
            let vacuumed = [table.lastVacuum, table.lastAutovacuum].compactMap { $0 }.max { $0.date < $1.date }
            grid.append([
                "<bdi>\(database)</bdi>", "<bdi>\(table.schema).\(table.name)</bdi>",
                "\(table.rowsEstimate.map { Int($0).grouped } ?? "not known")",
                "\(Int(table.deadRowsEstimate).grouped)",
                "\(table.bytes.bytesText)", "\(table.indexBytes.bytesText)",
                "\(table.indexes.reduce(0) { $0 + Int($1.scans) }.grouped)",
                "\(vacuumed?.description ?? "")",
            ])
        }
        return "\(faults)\(grid.html)"
    }
}
