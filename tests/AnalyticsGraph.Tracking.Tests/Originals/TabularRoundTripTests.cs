using AnalyticsGraph.Tracking.Export;
using AnalyticsGraph.Tracking.Import;
using AnalyticsGraph.Tracking.Writing;
using Npgsql;

namespace AnalyticsGraph.Tracking.Tests.Originals;

/// <summary>A database of tabular datasets with everything that hurts: in, out, in again, out again.</summary>
public sealed class TabularRoundTripTests(TrackingEngines engines) : IClassFixture<TrackingEngines>
{
    [Fact]
    public async Task Export_Should_WriteTheSameBytes_When_ItsOwnWasImported()
    {
        using var files = Hostile();
        await ImportAsync(files.PostgresDump(), "a");
        var first = files.NewPath("first");
        await ExportAsync("a", first);
        await ImportAsync(Path.Combine(first, "wine.sql"), "b");
        var second = files.NewPath("second");
        await ExportAsync("b", second);
        await ImportAsync(Path.Combine(first, "csv"), "c");
        var third = files.NewPath("third");
        await ExportAsync("c", third);

        Assert.Equal(OriginalFiles.Read(first), OriginalFiles.Read(second));
        Assert.Equal(OriginalFiles.Read(first), OriginalFiles.Read(third));
        await OriginalFiles.AssertHoldsAsync(new DumpSource(files.PostgresDump()), new DumpSource(Path.Combine(first, "wine.sql")));
        await engines.AssertVerifiedAsync();
    }

    [Fact]
    public async Task Import_Should_ReadTheSame_When_TheSourceIsALiveDatabase()
    {
        // Tables with the types of the original, in a schema that the connection names; those of another schema are none of it.
        var database = await engines.Engines.CreateDatabaseAsync();
        await using (var wine = NpgsqlDataSource.Create(database))
        await using (var create = wine.CreateCommand(
            """
            CREATE SCHEMA wine;
            CREATE TABLE wine.datasets (dataset_id int PRIMARY KEY, name varchar(255));
            CREATE TABLE wine.samples (sample_id int PRIMARY KEY, dataset_id int REFERENCES wine.datasets, sample_index int, "Alcohol" float, "0D280_0D315_of_diluted_wines" real, "Proline" int,
                "it's" text, doubled float GENERATED ALWAYS AS ("Alcohol" * 2) STORED);
            CREATE TABLE wine.predictions (prediction_id int PRIMARY KEY, sample_index int, prediction_index int, class int);
            CREATE TABLE wine.targets (target_id int PRIMARY KEY, sample_index int, target_index int, class int);
            CREATE TABLE public.samples (a int);
            CREATE VIEW wine.good AS SELECT * FROM wine.samples;
            INSERT INTO wine.datasets VALUES (2, NULL), (1, 'wine');
            INSERT INTO wine.samples VALUES (2, 1, 1, NULL, 1e-7, 1065, E'a\ttext \\ with 日本'), (1, 1, 0, 14.23, 'NaN', NULL, ''), (3, 2, 0, '-Infinity', 0.1, 3, NULL);
            INSERT INTO wine.targets VALUES (1, 0, 0, 0), (2, 1, 1, 2);
            INSERT INTO wine.predictions VALUES (1, 0, 0, 0), (2, 1, 1, NULL);
            """))
        {
            await create.ExecuteNonQueryAsync();
        }

        var live = new NpgsqlConnectionStringBuilder(database) { SearchPath = "wine" }.ConnectionString;
        var first = await ImportAsync(live, "live");
        var again = await ImportAsync(live, "live");

        Assert.Equal([("datasets", 2L), ("predictions", 2), ("samples", 3), ("targets", 2)], first.Tables.Select(table => (table.Table, table.Added)));
        Assert.All(first.Tables, table => Assert.Equal(0, table.Aside));
        Assert.All(again.Tables, table => Assert.Equal((table.Table, 0, 0, 0), (table.Table, table.Added, table.Changed, table.Removed)));
        using var files = new OriginalFiles();
        var folder = files.NewPath("out");
        await ExportAsync("live", folder);
        Assert.Equal(
            "sample_id,dataset_id,sample_index,Alcohol,0D280_0D315_of_diluted_wines,Proline,it's\n1,1,0,14.23,NaN,,\"\"\n2,1,1,,1e-07,1065,a\ttext \\ with 日本\n3,2,0,-Infinity,0.1,3,\n",
            await File.ReadAllTextAsync(Path.Combine(folder, "csv", "samples.csv")));
        Assert.Equal("prediction_id,sample_index,prediction_index,class\n1,0,0,0\n2,1,1,\n", await File.ReadAllTextAsync(Path.Combine(folder, "csv", "predictions.csv")));
        await engines.AssertVerifiedAsync();
    }

    [Fact]
    public async Task Import_Should_SayWhatIsWrong_When_TheDatabaseDoesNotAnswer()
    {
        var fault = await Assert.ThrowsAsync<ImportException>(() => ImportAsync("Host=127.0.0.1;Port=1;Database=wine;Username=me", "nowhere"));

        Assert.StartsWith("The database at 127.0.0.1:1 does not answer", fault.Message, StringComparison.Ordinal);
        Assert.False(await engines.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM source WHERE name = 'nowhere')"));
    }

    [Fact]
    public async Task Import_Should_SayWhatIsWrong_When_AStatementOrAHeaderCannotBeRead()
    {
        using var files = new OriginalFiles();
        var dump = files.Write("broken.sql", "SET client_encoding = 'UTF8';\n\nCOPY public.datasets (dataset_id, name) FROM stdin;\n1\twine\n\\.\n\nCOPY public.samples (sample_id, \"line\nbreak\") FROM stdin;\n1\t2\n\\.\n");
        var unread = await Assert.ThrowsAsync<ImportException>(() => ImportAsync(dump, "unread"));
        Assert.Equal($"Line 7 of '{dump}' is no COPY statement as pg_dump writes it, with all names on one line: 'COPY public.samples (sample_id, \"line'. Nothing was imported.", unread.Message);

        foreach (var (header, message) in new[] { ("a,\"b\n1,2\n", "has a quote that nothing closes"), ("a,b,a\n", "names the column 'a' twice"), ("\n1\n", "has no header") })
        {
            var folder = files.NewPath("csv");
            Directory.CreateDirectory(folder);
            await File.WriteAllTextAsync(Path.Combine(folder, "datasets.csv"), header);
            Assert.Contains(message, (await Assert.ThrowsAsync<ImportException>(() => ImportAsync(folder, "unread"))).Message, StringComparison.Ordinal);
        }

        var empty = files.NewPath("empty");
        Directory.CreateDirectory(empty);
        Assert.Contains("neither does a folder 'csv' in it", (await Assert.ThrowsAsync<ImportException>(() => ImportAsync(empty, "unread"))).Message, StringComparison.Ordinal);
        Assert.Contains("a folder of CSV files", (await Assert.ThrowsAsync<ImportException>(() => ImportAsync("/nonexistent", "unread"))).Message, StringComparison.Ordinal);
        Assert.False(await engines.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM source WHERE name = 'unread')"));
    }

    [Fact]
    public async Task Import_Should_ReadAllRows_When_NamesDifferInCaseOrHaveLineBreaksAndIndexesAreLarge()
    {
        using var files = new OriginalFiles();
        var folder = files.NewPath("export");
        Directory.CreateDirectory(Path.Combine(folder, "csv"));
        await File.WriteAllTextAsync(Path.Combine(folder, "csv", "datasets.csv"), "\uFEFFdataset_id,name\n1,wine\n");
        await File.WriteAllTextAsync(
            Path.Combine(folder, "csv", "samples.csv"), "sample_id,dataset_id,sample_index,a,A,\"line\nbreak, \"\"quoted\"\"\"\r\n1,1,9223372036854775807,1,2,3\r\n2,1,-9223372036854775808,4,5,6\r\n3,1,9223372036854775808,7,8,9\r\n");
        var report = await ImportAsync(folder, "large");

        Assert.Equal((3L, 1L), report.Tables.Where(table => table.Table == "samples").Select(table => (table.Added, table.Aside)).Single());
        var back = files.NewPath("back");
        await ExportAsync("large", back);
        Assert.Equal(
            "sample_id,dataset_id,sample_index,a,A,\"line\nbreak, \"\"quoted\"\"\"\n1,1,9223372036854775807,1,2,3\n2,1,-9223372036854775808,4,5,6\n3,1,9223372036854775808,7,8,9\n",
            await File.ReadAllTextAsync(Path.Combine(back, "csv", "samples.csv")));
    }

    [Fact]
    public async Task Import_Should_KeepEveryName_When_PostgresHasNoColumnsOfThatName()
    {
        // Longer than a name may be there and alike up to that length, those of its own columns, those that statements use, none at all.
        var alike = new string('長', 30);
        string[] names = ["", "xmin", "ctid", "tableoid", "cmax", "occurrence", "ordinal", "other", "c1", "#id", "cost $1 $2", $"{alike} 1", $"{alike} 2"];
        var samples = $"sample_id,dataset_id,sample_index,\"\",{string.Join(',', names[1..])}\n1,1,0,{string.Join(',', names.Select((_, i) => $"v{i}"))}\n2,9,0,{string.Join(',', names.Select((_, i) => $"w{i}"))}\n";
        var notes = $"ctid,{alike} 1,{alike} 2\n1,,3\n";
        using var files = new OriginalFiles();
        var folder = files.NewPath("names");
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "datasets.csv"), $"dataset_id,name,xmin,{alike} 1,{alike} 2\n1,wine,a,b,c\n");
        await File.WriteAllTextAsync(Path.Combine(folder, "samples.csv"), samples);
        await File.WriteAllTextAsync(Path.Combine(folder, "notes.csv"), notes);
        await ImportAsync(folder, "names");

        Assert.Equal(names, await engines.ScalarAsync<string[]>("SELECT array_agg(f.name ORDER BY f.position) FROM dataset_feature f JOIN dataset d ON d.id = f.dataset_id WHERE d.source = 'names'"));
        var first = files.NewPath("first");
        await ExportAsync("names", first);
        Assert.Equal(samples, await File.ReadAllTextAsync(Path.Combine(first, "csv", "samples.csv")));
        Assert.Equal(notes, await File.ReadAllTextAsync(Path.Combine(first, "csv", "notes.csv")));
        Assert.Equal($"dataset_id,name,xmin,{alike} 1,{alike} 2\n1,wine,a,b,c\n", await File.ReadAllTextAsync(Path.Combine(first, "csv", "datasets.csv")));
        await ImportAsync(Path.Combine(first, "wine.sql"), "names-again");
        var second = files.NewPath("second");
        await ExportAsync("names-again", second);
        Assert.Equal(OriginalFiles.Read(first), OriginalFiles.Read(second));
        Assert.All((await ImportAsync(folder, "names")).Tables, table => Assert.Equal((table.Table, 0, 0, 0), (table.Table, table.Added, table.Changed, table.Removed)));
    }

    [Fact]
    public async Task Import_Should_AddNothing_When_ItRunsAgain()
    {
        using var files = Hostile();
        var first = await ImportAsync(files.PostgresDump(), "again");
        var second = await ImportAsync(files.PostgresDump(), "again");

        Assert.All(second.Tables, table => Assert.Equal((table.Table, 0, 0, 0), (table.Table, table.Added, table.Changed, table.Removed)));
        Assert.Equal(
            [("datasets", 0L), ("notes", 0), ("predictions", 1), ("samples", 2), ("targets", 1)],
            first.Tables.Select(table => (table.Table, table.Aside)));
        Assert.Equal(
            ["Alcohol NUMBER", "0D280_0D315_of_diluted_wines NUMBER", "it's TEXT"],
            await engines.ScalarAsync<string[]>("SELECT array_agg(f.name || ' ' || f.type ORDER BY f.position) FROM dataset_feature f JOIN dataset d ON d.id = f.dataset_id WHERE d.source = $1 AND d.original_id = '1'", "again"));
    }

    [Fact]
    public async Task Import_Should_TakeAwayRows_When_TheSourceHasThemNoMore()
    {
        using var files = Hostile();
        await ImportAsync(files.PostgresDump(), "fewer");
        using var fewer = new OriginalFiles().Table("datasets", "dataset_id name", ["1", "wine"]).Table("samples", "sample_id dataset_id sample_index Alcohol", ["1", "1", "0", "15"])
            .Table("targets", "target_id sample_index target_index class").Table("predictions", "prediction_id sample_index prediction_index class");
        var report = await ImportAsync(fewer.PostgresDump(), "fewer");

        // The rows of the dataset that is gone stay with it.
        Assert.Equal([("datasets", 1L), ("predictions", 2), ("samples", 2), ("targets", 2)], report.Tables.Where(table => table.Removed > 0).Select(table => (table.Table, table.Removed)));
        var folder = fewer.NewPath("out");
        await ExportAsync("fewer", folder);
        // A dataset's columns stay: they may be those of rows that were added here.
        Assert.Equal("sample_id,dataset_id,sample_index,Alcohol,0D280_0D315_of_diluted_wines,it's\n1,1,0,15,,\n", await File.ReadAllTextAsync(Path.Combine(folder, "csv", "samples.csv")));
        Assert.Equal("target_id,sample_index,target_index,class\n", await File.ReadAllTextAsync(Path.Combine(folder, "csv", "targets.csv")));
        await engines.AssertVerifiedAsync();
        await ImportAsync(files.PostgresDump(), "fewer");
        await ImportAsync(files.PostgresDump(), "never-fewer");
        var (back, whole) = (files.NewPath("back"), files.NewPath("whole"));
        await ExportAsync("fewer", back);
        await ExportAsync("never-fewer", whole);
        Assert.Equal(OriginalFiles.Read(whole), OriginalFiles.Read(back));
    }

    [Fact]
    public async Task Import_Should_TakeOverASetOfPredictions_When_ItWasMadeHereUnderTheirName()
    {
        static OriginalFiles Wine(params string?[][] predictions) => new OriginalFiles().Table("datasets", "dataset_id name", ["1", "wine"])
            .Table("samples", "sample_id dataset_id sample_index Alcohol", ["1", "1", "0", "15"]).Table("predictions", "prediction_id sample_index prediction_index class", predictions);
        using var before = Wine();
        await ImportAsync(before.PostgresDump(), "twin");
        await engines.ExecuteAsync("INSERT INTO prediction_set (source, dataset_id, name) SELECT source, id, 'predictions' FROM dataset WHERE source = 'twin'");

        using var files = Wine(["1", "0", "0", "2"]);
        var report = await ImportAsync(files.PostgresDump(), "twin");

        Assert.Equal(1, report.Tables.Single(table => table.Table == "predictions").Added);
        Assert.Equal("predictions:1", await engines.ScalarAsync<string>("SELECT string_agg(coalesce(original_id, 'made here'), ', ') FROM prediction_set WHERE source = $1", "twin"));
        Assert.All((await ImportAsync(files.PostgresDump(), "twin")).Tables, table => Assert.Equal((table.Table, 0, 0, 0), (table.Table, table.Added, table.Changed, table.Removed)));
    }

    [Fact]
    public async Task Export_Should_SayTheDataset_When_AnImportWouldFindAnotherOne()
    {
        using var files = new OriginalFiles().Table("datasets", "dataset_id name", ["1", "without"], ["2", "with"])
            .Table("samples", "sample_id dataset_id sample_index Alcohol", ["1", "1", "0", "15"], ["2", "2", "0", "16"])
            .Table("targets", "target_id sample_index target_index class").Table("predictions", "prediction_id sample_index prediction_index class");
        await ImportAsync(files.PostgresDump(), "named");
        var dataset = await engines.ScalarAsync<long>("SELECT id FROM dataset WHERE source = 'named' AND original_id = '2'");
        var set = await engines.ScalarAsync<long>("INSERT INTO prediction_set (source, dataset_id, name) VALUES ('named', $1, 'predictions') RETURNING id", dataset);
        Assert.Empty((await engines.Rows.AddTargetsAsync(new AddTargetsRequest { DatasetId = dataset, Targets = [new() { TargetIndex = 0, SampleIndex = 0, Class = "7" }] }, Caller.Anonymous)).Errors);
        Assert.Empty((await engines.Rows.AddPredictionsAsync(
            new AddPredictionsRequest { PredictionSetId = set, Predictions = [new() { PredictionIndex = 0, SampleIndex = 0, Class = "8" }] }, Caller.Anonymous)).Errors);

        var first = files.NewPath("first");
        await ExportAsync("named", first);
        Assert.Equal("target_id,sample_index,target_index,class,dataset_id\n1,0,0,7,2\n", await File.ReadAllTextAsync(Path.Combine(first, "csv", "targets.csv")));
        Assert.Equal("prediction_id,sample_index,prediction_index,class,dataset_id\n1,0,0,8,2\n", await File.ReadAllTextAsync(Path.Combine(first, "csv", "predictions.csv")));

        await ImportAsync(Path.Combine(first, "wine.sql"), "named-again");
        Assert.Equal("predictions:2", await engines.ScalarAsync<string>("SELECT string_agg(original_id, ', ') FROM prediction_set WHERE source = 'named-again'"));
        var second = files.NewPath("second");
        await ExportAsync("named-again", second);
        Assert.Equal(OriginalFiles.Read(first), OriginalFiles.Read(second));
    }

    private static OriginalFiles Hostile() => new OriginalFiles()
        .Table("datasets", "dataset_id name", ["1", "wine"], ["2", null])
        .Table("samples", "sample_id dataset_id sample_index Alcohol 0D280_0D315_of_diluted_wines it's",
            ["1", "1", "0", "14.23", "NaN", "a\ttext \\ with 日本"], ["2", "1", "1", null, "1e-07", ""], ["3", "2", "0", "-Infinity", "7", "8"], ["4", "1", "1", "1", "1", "the place again"],
            ["5", "9", "0", "1", "1", "dangling"], ["6", "1", "2", "0.1", null, null])
        .Table("targets", "target_id sample_index target_index class", ["1", "0", "0", "0"], ["2", "1", "1", "2"], ["3", "0", "0", "1"], ["4", "77", "3", "1"])
        .Table("predictions", "prediction_id sample_index prediction_index class", ["1", "0", "0", "0"], ["2", "1", "1", null], ["3", "1", "2", "1"])
        .Table("notes", "a b", ["1", null]);

    private Task<ImportReport> ImportAsync(string path, string source) => new TabularImport(engines.Postgres, engines.ClickHouse, engines.Flusher).RunAsync(path, new ImportOptions { Source = source });

    private Task<ExportReport> ExportAsync(string source, string folder) => new TabularExport(engines.Postgres, engines.ClickHouse, engines.Flusher).RunAsync(source, folder);
}
