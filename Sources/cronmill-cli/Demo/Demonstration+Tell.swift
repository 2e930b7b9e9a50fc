internal import PrivateServer

extension Demonstration {
    /// Writes a paragraph.
    func say(_ text: String) throws(OutputError) {
        try output.write(text + "\n")
    }

    /// Begins a part of the demo.
    func headline(_ text: String) throws(OutputError) {
        try output.writeLine()
        try output.write(text + ":\n")
    }

    /// Shows a command line that does what is done next.
    func command(_ text: String, remark: String? = nil) throws(OutputError) {
        let line = "$ " + text
        try output.write(styled(line, .bold) + (remark.map { styled("  # " + $0, .dim) } ?? "") + "\n")
    }

    /// Says what came of it.
    func result(_ text: String) throws(OutputError) {
        try output.write("  " + text + "\n")
    }

    private func styled(_ text: String, _ style: Style) -> String {
        output.terminal.usesColour(on: .output) ? style.applied(to: text) : text
    }

    /// Says where the server is that was left running, and how to end it.
    func tellHowToGoOn() throws(OutputError) {
        let address = "-h \(server.socketDirectory) -p \(server.port) -U \(server.superuser)"
        try headline("The server goes on running. Look around")
        try command("psql \(address) postgres", remark: "schema cron")
        for database in DemoDatabase.all {
            try command("psql \(address) \(database.name)", remark: "app, cronmill")
        }
        try command("psql \(address) \(Shops.quiet)", remark: "one of \(Shops.count) whose processors sleep")
        try command(
            "cronmill status --all --host \(server.socketDirectory) --port \(server.port) --user \(server.superuser)"
        )
        try headline("End it, and remove its directory")
        try command(server.stopCommand)
    }
}
