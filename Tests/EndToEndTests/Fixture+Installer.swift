extension Fixture {
    /// Makes role `installer`, which is no superuser, with what an administrator has to give it; pg_cron, too.
    func makeInstaller() async throws {
        try await script(
            """
            create extension pg_cron;
            create role installer login createrole;
            grant \(runner) to installer;
            grant usage on schema cron to installer, \(runner);
            grant execute on function
                cron.schedule_in_database(text, text, text, text, text, boolean),
                cron.alter_job(bigint, text, text, text, text, boolean)
                to installer, \(runner);
            grant create on database postgres to installer;
            """,
            in: "postgres"
        )
        for database in databases {
            try await script("grant create on database \(database) to installer", in: "postgres")
            try await script(
                """
                create extension postgres_fdw;
                grant usage on foreign data wrapper postgres_fdw to installer;
                """,
                in: database
            )
        }
    }
}
