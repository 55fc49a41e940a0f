using AnalyticsGraph.Mapping.Sql;
using Npgsql;
using NpgsqlTypes;

namespace AnalyticsGraph.Mapping.Sessions;

/// <summary>Bound values as Npgsql's positional parameters.</summary>
internal static class PostgresParameters
{
    public static NpgsqlBatchCommand ToCommand(SqlStatement statement)
    {
        var command = new NpgsqlBatchCommand(statement.Text);
        foreach (var parameter in statement.Parameters)
        {
            var type = TypeOf(parameter.Type);
            command.Parameters.Add(new NpgsqlParameter { Value = parameter.Value, NpgsqlDbType = parameter.IsArray ? NpgsqlDbType.Array | type : type });
        }

        return command;
    }

    private static NpgsqlDbType TypeOf(SqlType type) => type switch
    {
        SqlType.Boolean => NpgsqlDbType.Boolean,
        SqlType.Int64 => NpgsqlDbType.Bigint,
        SqlType.Double => NpgsqlDbType.Double,
        SqlType.Uuid => NpgsqlDbType.Uuid,
        SqlType.Timestamp => NpgsqlDbType.TimestampTz,
        SqlType.Interval => NpgsqlDbType.Interval,
        _ => NpgsqlDbType.Text,
    };
}
