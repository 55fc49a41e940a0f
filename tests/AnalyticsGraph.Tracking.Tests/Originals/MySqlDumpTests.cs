using System.Text;
using AnalyticsGraph.Tracking.Import;

namespace AnalyticsGraph.Tracking.Tests.Originals;

/// <summary>What a MySQL dump may hold, and what is told of one that cannot be read.</summary>
public sealed class MySqlDumpTests
{
    [Theory]
    [InlineData("INSERT INTO `t` (`a`) VALUES ('it''s \\'x\\' \\\\ \\% \\_ \"q\"');", "it's 'x' \\\\\\\\ \\\\\\\\% \\\\\\\\_ \"q\"")]
    [InlineData("INSERT INTO t (a) VALUES (_binary 'b'), (_utf8mb4'u'), (N'n'), ('a' 'b');", "b|u|n|ab")]
    [InlineData("INSERT INTO t (a) VALUES (0xC3A4), (x'4142'), (b'101'), (0b11), (TRUE), (NULL);", "ä|AB|5|3|1|\\N")]
    [InlineData("INSERT INTO t (a) VALUES (-1.5e-3),(+2),(.5);", "-1.5e-3|+2|.5")]
    [InlineData("INSERT IGNORE INTO `db`.`t` (`a`) VALUES (1) ON DUPLICATE KEY UPDATE a = 'x;y';\nREPLACE INTO t (a) VALUE (2);", "1|2")]
    [InlineData("/*!40101 SET x = ';' */;\n-- comment; INSERT\n# INSERT\nDELIMITER ;;\nCREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW BEGIN INSERT INTO t VALUES (9); END ;;\nDELIMITER ;\nINSERT INTO t (a) VALUES (1);", "1")]
    [InlineData("create table if not exists t (\n a varchar(255) NOT NULL, // comment, with a comma\n PRIMARY KEY (a)\n);\ninsert into t values ('x'),('y');", "x|y")]
    [InlineData("INSERT INTO t (a) VALUES ('line\\nbreak\\ttab\\r\\Z');", "line\\nbreak\\ttab\\r\u001A")]
    public async Task Rows_Should_BeTheValues_When_TheDumpWritesThemSo(string dump, string expected)
    {
        using var files = new OriginalFiles();
        await using var source = new MySqlDumpSource(files.Write("dump.sql", dump));
        var rows = new StringBuilder();
        await foreach (var table in source.ReadTablesAsync(CancellationToken.None))
        {
            Assert.Equal(("t", "a"), (table.Name, Assert.Single(table.Columns)));
            using var text = new MemoryStream();
            await table.CopyToAsync(text, _ => { }, CancellationToken.None);
            rows.Append(Encoding.UTF8.GetString(text.ToArray()));
        }

        Assert.Equal(expected.Replace("\\\\\\\\", "\\\\", StringComparison.Ordinal), rows.ToString().TrimEnd('\n').Replace('\n', '|'));
    }

    [Fact]
    public async Task Columns_Should_BeThoseOfTheTable_When_AnInsertNamesNoneAfterOneThatDoes()
    {
        using var files = new OriginalFiles();
        await using var source = new MySqlDumpSource(files.Write(
            "dump.sql", "CREATE TABLE t (a int, b int);\nINSERT INTO t VALUES (1,2);\nINSERT INTO t (b,a) VALUES (4,3);\nINSERT INTO t VALUES (5,6);\nINSERT INTO t (a,b) VALUES (7,8);"));
        var parts = new List<string>();
        await foreach (var table in source.ReadTablesAsync(CancellationToken.None))
        {
            using var text = new MemoryStream();
            await table.CopyToAsync(text, _ => { }, CancellationToken.None);
            parts.Add($"{string.Join(' ', table.Columns)}: {Encoding.UTF8.GetString(text.ToArray()).ReplaceLineEndings("|").Replace('\t', ' ')}");
        }

        Assert.Equal(["a b: 1 2|", "b a: 4 3|", "a b: 5 6|7 8|"], parts);
    }

    [Theory]
    [InlineData("nothing of interest", "no MySQL dump")]
    [InlineData("INSERT INTO t VALUES (1);", "--complete-insert")]
    [InlineData("INSERT INTO t (a) VALUES (1, 2);", "2 values for 1 columns")]
    [InlineData("INSERT INTO t (a) VALUES (now());", "'now' is no literal")]
    [InlineData("INSERT INTO t (a)\nVALUES ('cut", "middle of a text")]
    [InlineData("INSERT INTO t (a)\nVALUES (1", "Line 2")]
    [InlineData("INSERT INTO t (a) VALUES ('\\0');", "U+0000")]
    [InlineData("INSERT INTO t (a) SELECT 1;", "without VALUES")]
    public async Task Import_Should_SayWhatIsWrong_When_TheDumpCannotBeRead(string dump, string said)
    {
        using var files = new OriginalFiles();
        await using var source = new MySqlDumpSource(files.Write("dump.sql", dump));
        var fault = await Assert.ThrowsAsync<ImportException>(async () =>
        {
            await foreach (var table in source.ReadTablesAsync(CancellationToken.None))
                await table.CopyToAsync(Stream.Null, _ => { }, CancellationToken.None);
        });
        Assert.Contains(said, fault.Message, StringComparison.Ordinal);
    }
}
