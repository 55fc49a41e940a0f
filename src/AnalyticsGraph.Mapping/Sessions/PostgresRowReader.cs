using AnalyticsGraph.Mapping.Rows;
using AnalyticsGraph.Mapping.Sql;
using Npgsql;

namespace AnalyticsGraph.Mapping.Sessions;

/// <summary>Reads a statement's rows straight into typed columns. A row is complete in Npgsql's buffer once it is read, so the values come synchronously.</summary>
internal static class PostgresRowReader
{
    public static async Task<RowResult> ReadAsync(NpgsqlDataReader reader, StoreQuestion question, CancellationToken cancellationToken)
    {
        var columns = PostgresColumn.For(question);
        var slots = question.Parents is null ? question.Limit < 0 ? null : new SlotCounter(1, question.Limit) : new SlotCounter(question.Parents.Count, question.Limit);
        var slotOrdinal = question.Parents is null ? -1 : columns.Length;
        var count = 0;
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            question.RowsRead++;
            if (slots is not null && !slots.Take(slotOrdinal < 0 ? 0 : (int)reader.GetInt64(slotOrdinal) - 1))
            {
                continue;
            }

            if (++count > question.MaxRows)
            {
                throw InputErrors.Limit($"The field reads more than {question.MaxRows} rows for all its parents together; read fewer with `first` or `where`.");
            }

            foreach (var column in columns)
            {
                column.Read(reader);
            }
        }

        return new RowResult(Array.ConvertAll(columns, column => column.Build()), count, slots?.ToGroups());
    }
}
