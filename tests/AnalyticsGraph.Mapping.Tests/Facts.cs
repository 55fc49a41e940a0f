using System.Globalization;
using AnalyticsGraph.ClickHouse;
using Npgsql;
using NpgsqlTypes;

namespace AnalyticsGraph.Mapping.Tests;

/// <summary>The same random rows in a table of each store: every kind of column, with missing values, NaN, infinities, both zeros, and several spellings of an enum's values.</summary>
public static class Facts
{
    public static readonly string Sdl =
        "type Query { " + Roots("P") + Roots("C") + " }"
        + " scalar Long scalar Double scalar DateTime scalar JSON"
        + " enum Color { RED GREEN BLUE @stored(as: \"azure\") }"
        + " type Size { width: Double height: Int }"
        + Types("P", "") + Types("C", ", store: CLICKHOUSE")
        + " extend type POwner { strangers: [CFact!]! @connection @relation(to: [\"owner_id\"]) }"
        + " extend type PFact { twin: CFact @relation(from: [\"id\"]) }";

    private static readonly double?[] Numbers = [null, double.NaN, double.PositiveInfinity, double.NegativeInfinity, 0.0, -0.0, -1.5, 1, 2.25, 1e300, 7];
    private static readonly string?[] Texts = [null, "", "a", "A", "ab", "100%", "Ünï 🦉", "it's \"q\"", "zz", "'; DROP TABLE p_fact; --"];
    private static readonly string?[] Colors = [null, "RED", "red", "Green", "azure"];

    /// <summary>Random rows, the same for the same seed.</summary>
    public static List<Fact> Make(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(1, count).Select(id => new Fact(
            id,
            random.Next(1, 9),
            random.Next(4) == 0 ? null : random.Next(-5, 6),
            random.Next(-40, 40),
            Pick(random, Numbers),
            random.Next(8) == 0 ? double.NaN : random.Next(100) / 8.0,
            Pick(random, Texts),
            random.Next(5) == 0 ? null : new DateTime(2024, 3, 30, 22, 0, 0, DateTimeKind.Utc).AddMinutes(random.Next(0, 60 * 24 * 400)).AddMilliseconds(random.Next(3)),
            Pick(random, Colors),
            random.Next(2) == 0,
            new Guid(random.Next(5), 1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
            random.Next(3) switch { 0 => "{\"depth\": \"deep\"}", 1 => "no JSON", _ => $$"""{"depth": {{random.Next(5)}}}""" },
            random.Next(3) == 0 ? null : random.Next(4) / 2.0,
            random.Next(3) == 0 ? null : random.Next(20)))];
    }

    public static async Task CreateAsync(NpgsqlDataSource source, ClickHouseClient client, List<Fact> facts)
    {
        await using (var command = source.CreateCommand("""
            CREATE TABLE p_owner (id bigint PRIMARY KEY, name text NOT NULL);
            CREATE TABLE p_fact (id bigint PRIMARY KEY, owner_id bigint NOT NULL, small int, large bigint NOT NULL, number double precision, weight double precision NOT NULL, text text,
                at timestamptz, color text, flag boolean NOT NULL, code uuid NOT NULL, doc text NOT NULL, size_width double precision, size_height int);
            CREATE INDEX p_fact_owner ON p_fact (owner_id);
            CREATE TABLE p_mark (fact_id bigint NOT NULL, key text NOT NULL, value double precision, text text, PRIMARY KEY (fact_id, key));
            INSERT INTO p_owner SELECT i, 'owner ' || i % 3 FROM generate_series(1, 10) AS i;
            """))
        {
            await command.ExecuteNonQueryAsync();
        }

        await using var connection = await source.OpenConnectionAsync();
        await using (var copy = await connection.BeginBinaryImportAsync("COPY p_fact FROM STDIN BINARY"))
        {
            foreach (var fact in facts)
            {
                await copy.StartRowAsync();
                await copy.WriteAsync(fact.Id, NpgsqlDbType.Bigint);
                await copy.WriteAsync(fact.Owner, NpgsqlDbType.Bigint);
                await WriteAsync(copy, fact.Small, NpgsqlDbType.Integer);
                await copy.WriteAsync(fact.Large, NpgsqlDbType.Bigint);
                await WriteAsync(copy, fact.Number, NpgsqlDbType.Double);
                await copy.WriteAsync(fact.Weight, NpgsqlDbType.Double);
                await WriteAsync(copy, fact.Text, NpgsqlDbType.Text);
                await WriteAsync(copy, fact.At, NpgsqlDbType.TimestampTz);
                await WriteAsync(copy, fact.Color, NpgsqlDbType.Text);
                await copy.WriteAsync(fact.Flag, NpgsqlDbType.Boolean);
                await copy.WriteAsync(fact.Code, NpgsqlDbType.Uuid);
                await copy.WriteAsync(fact.Doc, NpgsqlDbType.Text);
                await WriteAsync(copy, fact.Width, NpgsqlDbType.Double);
                await WriteAsync(copy, fact.Height, NpgsqlDbType.Integer);
            }

            await copy.CompleteAsync();
        }

        const string Marks = "SELECT id, 'k', CASE WHEN id % 3 > 0 THEN id % 4 END, 'm' || id % 2 FROM p_fact WHERE id % 5 > 0";
        await using (var marks = new NpgsqlCommand("INSERT INTO p_mark " + Marks, connection))
        {
            await marks.ExecuteNonQueryAsync();
        }

        await CreateAsync(client, facts);
    }

    private static async Task CreateAsync(ClickHouseClient client, List<Fact> facts)
    {
        foreach (var statement in new[]
        {
            "CREATE TABLE c_owner (id Int64, name LowCardinality(String), version UInt64) ENGINE = ReplacingMergeTree(version) ORDER BY id",
            """
            CREATE TABLE c_fact (id Int64, owner_id Int64, small Nullable(Int32), large Int64, number Nullable(Float64), weight Float32, text Nullable(String), at Nullable(DateTime64(3, 'UTC')),
                color LowCardinality(Nullable(String)), flag Bool, code UUID, doc String, size_width Nullable(Float64), size_height Nullable(UInt16)) ENGINE = MergeTree ORDER BY id
            """,
            "CREATE TABLE c_mark (fact_id Int64, key String, value Nullable(Float64), text Nullable(String)) ENGINE = MergeTree ORDER BY (fact_id, key)",
            "INSERT INTO c_owner SELECT number + 1, 'old', 1 FROM numbers(10)",
            "INSERT INTO c_owner SELECT number + 1, concat('owner ', toString((number + 1) % 3)), 2 FROM numbers(10)",
        })
        {
            await client.ExecuteAsync(new ClickHouseQuery(statement));
        }

        await client.InsertAsync(new ClickHouseInsert("c_fact"), new Block(
        [
            Column("id", "Int64", fact => fact.Id),
            Column("owner_id", "Int64", fact => fact.Owner),
            Column("small", "Nullable(Int32)", fact => fact.Small),
            Column("large", "Int64", fact => fact.Large),
            Column("number", "Nullable(Float64)", fact => fact.Number),
            Column("weight", "Float32", fact => (float)fact.Weight),
            Column("text", "Nullable(String)", fact => fact.Text),
            Column("at", "Nullable(DateTime64(3, 'UTC'))", fact => fact.At),
            Column("color", "LowCardinality(Nullable(String))", fact => fact.Color),
            Column("flag", "Bool", fact => fact.Flag),
            Column("code", "UUID", fact => fact.Code),
            Column("doc", "String", fact => fact.Doc),
            Column("size_width", "Nullable(Float64)", fact => fact.Width),
            Column("size_height", "Nullable(UInt16)", fact => (ushort?)fact.Height),
        ]));
        await client.ExecuteAsync(new ClickHouseQuery("INSERT INTO c_mark SELECT id, 'k', if(id % 3 > 0, id % 4, NULL), concat('m', toString(id % 2)) FROM c_fact WHERE id % 5 > 0"));

        ClickHouseColumn Column(string name, string type, Func<Fact, object?> value) => ClickHouseColumn.FromObjects(name, type, [.. facts.Select(value)]);
    }

    private static string Roots(string prefix) =>
        $" {prefix.ToLowerInvariant()}Facts: [{prefix}Fact!]! @connection {prefix.ToLowerInvariant()}Owners: [{prefix}Owner!]! @list {prefix.ToLowerInvariant()}Marks: [{prefix}Mark!]! @list";

    private static string Types(string prefix, string store) => $$"""

        type {{prefix}}Owner implements Node @table(name: "{{prefix.ToLowerInvariant()}}_owner"{{store}}) { id: ID! name: String! facts: [{{prefix}}Fact!]! @connection @relation(to: ["owner_id"]) }
        type {{prefix}}Mark @table(name: "{{prefix.ToLowerInvariant()}}_mark", key: ["fact_id", "key"]{{store}}) { key: String! value: Double text: String }
        type {{prefix}}Fact implements Node @table(name: "{{prefix.ToLowerInvariant()}}_fact"{{store}})
          @orderBy(name: "mark", relation: "marks", match: ["key"], stats: [{name: "NUMBER", column: "value"}, {name: "TEXT", column: "text"}]) {
          id: ID!
          small: Int
          large: Long!
          number: Double
          weight: Double!
          text: String
          at: DateTime
          color: Color
          flag: Boolean!
          code: ID!
          depth: Long @json(column: "doc", path: ["depth"])
          doc: String! @notFilterable
          size: Size @embedded(prefix: "size_")
          owner: {{prefix}}Owner! @relation(from: ["owner_id"])
          marks: [{{prefix}}Mark!]! @relation(to: ["fact_id"])
        }
        """;

    private static Task WriteAsync<T>(NpgsqlBinaryImporter copy, T? value, NpgsqlDbType type) => value is null ? copy.WriteNullAsync() : copy.WriteAsync((object)value, type);

    private static T Pick<T>(Random random, T[] values) => values[random.Next(values.Length)];
}

public sealed record Fact(
    long Id, long Owner, int? Small, long Large, double? Number, double Weight, string? Text, DateTime? At, string? Color, bool Flag, Guid Code, string Doc, double? Width, int? Height)
{
    public string OwnerName => $"owner {Owner % 3}";

    /// <summary>The first spelling of the color.</summary>
    public string? Stored => Color switch { null => null, "azure" => "azure", _ => Color.ToUpper(CultureInfo.InvariantCulture) };

    public long? Depth => Doc.StartsWith("{\"depth\": ", StringComparison.Ordinal) && char.IsDigit(Doc[10]) ? Doc[10] - '0' : null;

    public double? Mark => Id % 5 == 0 || Id % 3 == 0 ? null : Id % 4;
}
