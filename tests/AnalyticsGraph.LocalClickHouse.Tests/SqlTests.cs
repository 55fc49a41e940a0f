using System.Text;
using AnalyticsGraph.LocalClickHouse.Errors;
using AnalyticsGraph.LocalClickHouse.Sql;

namespace AnalyticsGraph.LocalClickHouse.Tests;

/// <summary>What this host reads in a statement before the engine does.</summary>
public sealed class SqlTests
{
    [Theory]
    [InlineData("INSERT INTO t FORMAT CSV\n1", "INSERT INTO t ", "CSV", "1")]
    [InlineData("insert into t format CSV \r\n\n1", "insert into t ", "CSV", "\n1")]
    [InlineData("INSERT INTO t (a, values) VALUES (1)", "INSERT INTO t (a, values) ", "Values", " (1)")]
    [InlineData("INSERT INTO format.values FORMAT Native\n\n", "INSERT INTO format.values ", "Native", "\n")]
    [InlineData("INSERT INTO `format` FORMAT JSONEachRow {\"a\":1}", "INSERT INTO `format` ", "JSONEachRow", "{\"a\":1}")]
    [InlineData("/* SELECT */ INSERT INTO TABLE FUNCTION null('a VALUES') SETTINGS x='FORMAT' FORMAT TSV\n1", "/* SELECT */ INSERT INTO TABLE FUNCTION null('a VALUES') SETTINGS x='FORMAT' ", "TSV", "1")]
    [InlineData("-- FORMAT\nINSERT INTO t VALUES", "-- FORMAT\nINSERT INTO t ", "Values", "")]
    [InlineData("INSERT INTO {t:Identifier} FORMAT TSV;\n1", "INSERT INTO {t:Identifier} ", "TSV", "1")]
    public void InsertHead_Should_SplitStatementAndRows(string text, string statement, string format, string rows)
    {
        var bytes = Encoding.UTF8.GetBytes(text);

        var head = InsertHead.Find(bytes);

        Assert.NotNull(head);
        Assert.Equal(statement, Encoding.UTF8.GetString(bytes, 0, head.StatementLength));
        Assert.Equal(format, head.Format);
        Assert.Equal(rows, Encoding.UTF8.GetString(bytes, head.DataStart, bytes.Length - head.DataStart));
    }

    [Theory]
    [InlineData("SELECT 1 FORMAT CSV")]
    [InlineData("INSERT INTO t SELECT 1 FORMAT CSV")]
    [InlineData("INSERT INTO t (a) WITH 1 AS x SELECT x")]
    [InlineData("INSERT INTO t")]
    [InlineData("INSERT INTO t FORMAT")]
    [InlineData("INSERT")]
    [InlineData("")]
    public void InsertHead_Should_FindNone_When_TheStatementBringsNoRows(string text) => Assert.Null(InsertHead.Find(Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData("SELECT 1", StatementKind.Select, null)]
    [InlineData("((SELECT 1)) FORMAT JSON", StatementKind.Select, "JSON")]
    [InlineData(" -- x\n WITH 1 AS format SELECT format FORMAT CSV SETTINGS max_threads=1", StatementKind.Select, "CSV")]
    [InlineData("SELECT 'FORMAT JSON', $$ FORMAT XML $$, \"FORMAT\" /* FORMAT CSV */", StatementKind.Select, null)]
    [InlineData("SHOW TABLES FORMAT JSON", StatementKind.Other, "JSON")]
    [InlineData("CREATE TABLE t (a Int8) ORDER BY a", StatementKind.Other, null)]
    [InlineData(" /* */ -- nothing", StatementKind.Empty, null)]
    [InlineData("SELECT 'unterminated", StatementKind.Select, null)]
    [InlineData("SELECT `", StatementKind.Select, null)]
    internal void Statement_Should_KnowItsKindAndFormat(string text, StatementKind kind, string? format) =>
        Assert.Equal(new Statement(kind, format), Statement.Of(Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData("SELECT 1", "SELECT 1\nINTO OUTFILE 'it\\'s' APPEND FORMAT XML")]
    [InlineData("SELECT 1 ; -- end", "SELECT 1\nINTO OUTFILE 'it\\'s' APPEND FORMAT XML")]
    [InlineData("SELECT 1 FORMAT JSON;", "SELECT 1 \nINTO OUTFILE 'it\\'s' APPEND FORMAT JSON;")]
    [InlineData("WITH 1 AS format SELECT format FORMAT CSV SETTINGS max_threads=1", "WITH 1 AS format SELECT format \nINTO OUTFILE 'it\\'s' APPEND FORMAT CSV SETTINGS max_threads=1")]
    [InlineData("SELECT format AS a, 'FORMAT JSON' SETTINGS max_threads=1", "SELECT format AS a, 'FORMAT JSON' SETTINGS max_threads=1\nINTO OUTFILE 'it\\'s' APPEND FORMAT XML")]
    public void OutputClause_Should_StandBeforeTheFormat(string text, string expected) =>
        Assert.Equal(expected, Encoding.UTF8.GetString(OutputClause.Into(Encoding.UTF8.GetBytes(text), "it's", "XML")));

    [Theory]
    [InlineData("SELECT 1 into /* x */ OUTFILE 'f'")]
    [InlineData("INSERT INTO t FROM INFILE 'f'")]
    [InlineData("SELECT * FROM system.stack_trace")]
    [InlineData("quit")]
    [InlineData("\\d")]
    public void Statement_Should_BeRefused_When_ItBelongsToAnotherClient(string text) => Assert.Throws<ServerException>(() => Statement.Of(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void QueryIds_Should_MapOnlyWhereIdsAreMeant()
    {
        (string, string)[] running = [("lch-1", "it's")];
        const string Id = "if(Settings['chdb_client_name'] = '', query_id, transform(Settings['chdb_client_name'], ['','lch-1'], ['','it\\'s'], query_id))";

        Assert.Equal($"KILL QUERY WHERE {Id} = 'query_id'", Map("KILL QUERY WHERE query_id = 'query_id'", running));
        Assert.Equal($"kill query where {Id} = 'x'", Map("kill query where `query_id` = 'x'", running));
        Assert.Equal($"SELECT query_id FROM (SELECT * REPLACE({Id} AS query_id, {Id} AS initial_query_id) FROM system.processes) AS p", Map("SELECT query_id FROM system.processes AS p", running));
        Assert.Equal("SELECT 'system.processes', query_id FROM processes", Map("SELECT 'system.processes', query_id FROM processes", running));
        Assert.Equal("SELECT query_id FROM t", Map("SELECT query_id FROM t", running));
    }

    [Fact]
    public void SqlList_Should_SplitAtTopLevelCommasOnly() =>
        Assert.Equal(["UInt64", "Array(Tuple(a Int8, b String))", "Enum8('a,b' = 1)"], SqlList.Split("UInt64, Array(Tuple(a Int8, b String)),Enum8('a,b' = 1)"));

    [Theory]
    [InlineData("Code: 60. DB::Exception: Table x does not exist. (UNKNOWN_TABLE)", 60, "UNKNOWN_TABLE", 404)]
    [InlineData("Code: 62. DB::Exception: Syntax error (X): (AND). (SYNTAX_ERROR) (version 26.7.2.1)", 62, "SYNTAX_ERROR", 400)]
    [InlineData("No active streaming query", 49, "LOGICAL_ERROR", 500)]
    public void ServerException_Should_ReadTheEnginesText(string text, int code, string name, int status)
    {
        var error = ServerException.FromEngine(text);

        Assert.Equal((code, name, status), (error.Code, error.Name, HttpStatus.Of(error.Code)));
        Assert.EndsWith($"({name}) (version 26.7.2.1)", error.Message, StringComparison.Ordinal);
    }

    private static string Map(string sql, IEnumerable<(string, string)> running) => Encoding.UTF8.GetString(QueryIds.Map(Encoding.UTF8.GetBytes(sql), running));
}
