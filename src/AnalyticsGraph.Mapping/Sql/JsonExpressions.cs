using System.Collections.Immutable;
using AnalyticsGraph.Mapping.Model;

namespace AnalyticsGraph.Mapping.Sql;

/// <summary>
/// Values inside JSON columns. What was stored never fails a query: text that is no JSON, a missing path and a value of another kind are all null.
/// </summary>
internal static class JsonExpressions
{
    public static void Append(SqlBuilder sql, string alias, ColumnModel column, ImmutableArray<string> path, ScalarKind kind)
    {
        if (sql.IsPostgres)
        {
            AppendPostgres(sql, alias, column, path, kind);
        }
        else
        {
            AppendClickHouse(sql, alias, column, path, kind);
        }
    }

    private static void AppendPostgres(SqlBuilder sql, string alias, ColumnModel column, ImmutableArray<string> path, ScalarKind kind)
    {
        string[] parameter = [.. path];
        switch (kind)
        {
            case ScalarKind.Json:
                Value();
                break;
            case ScalarKind.Boolean:
                When("boolean");
                Text("::boolean END)");
                break;
            case ScalarKind.Double:
                When("number");
                sql.Append("CASE WHEN pg_input_is_valid(");
                Text(", 'float8') THEN ");
                Text("::float8 END END)");
                break;
            case ScalarKind.Int or ScalarKind.Long:
                When("number");
                sql.Append("CASE WHEN ");
                Text("::numeric BETWEEN ");
                sql.Append(kind == ScalarKind.Int ? "-2147483648 AND 2147483647" : "-9223372036854775808 AND 9223372036854775807");
                sql.Append(" AND ");
                Text("::numeric % 1 = 0 THEN ");
                Text("::numeric::bigint END END)");
                break;
            default:
                When("string");
                Text(" END)");
                break;
        }

        void Value()
        {
            // JSON that jsonb cannot hold (\u0000 or half a surrogate pair in any string, a number beyond numeric) is JSON by its syntax alone: to look into it fails, wherever in it that stands.
            // Such a document yields nothing.
            sql.Append('(');
            if (column.Kind == ColumnKind.JsonBinary)
            {
                sql.AppendColumn(alias, column.Name);
            }
            else
            {
                sql.Append("CASE WHEN pg_input_is_valid(").AppendColumn(alias, column.Name).Append(column.Kind == ColumnKind.Json ? "::text, 'jsonb') THEN " : ", 'jsonb') THEN ")
                    .AppendColumn(alias, column.Name).Append("::json END");
            }

            sql.Append(" #> ").AppendParameter(parameter, SqlType.Text, isArray: true).Append(')');
        }

        // CASE is evaluated in order, so that a cast is only reached by what it can read. A number is looked at inside a second CASE for the same reason.
        void When(string jsonType)
        {
            sql.Append("(CASE WHEN ").Append(column.Kind == ColumnKind.JsonBinary ? "jsonb_typeof" : "json_typeof");
            Value();
            sql.Append(" = '").Append(jsonType).Append("' THEN ");
        }

        void Text(string then)
        {
            sql.Append('(');
            Value();
            sql.Append(" #>> '{}')").Append(then);
        }
    }

    private static void AppendClickHouse(SqlBuilder sql, string alias, ColumnModel column, ImmutableArray<string> path, ScalarKind kind)
    {
        sql.Append(kind == ScalarKind.Json ? "nullIf(JSONExtractRaw(" : "JSONExtract(").AppendColumn(alias, column.Name);
        foreach (var key in path)
        {
            sql.Append(", ").AppendParameter(key, SqlType.Text);
        }

        sql.Append(kind switch
        {
            ScalarKind.Json => "), '')",
            ScalarKind.Int => ", 'Nullable(Int32)')",
            ScalarKind.Long => ", 'Nullable(Int64)')",
            ScalarKind.Double => ", 'Nullable(Float64)')",
            ScalarKind.Boolean => ", 'Nullable(Bool)')",
            _ => ", 'Nullable(String)')",
        });
    }
}
