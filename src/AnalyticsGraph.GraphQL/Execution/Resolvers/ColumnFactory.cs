using System.Collections;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>Makes a field's column from CLR values. Chosen once, when a field is bound, by the field's type and the CLR type.</summary>
/// <typeparam name="T">The CLR type.</typeparam>
internal abstract class ColumnFactory<T>
{
    /// <summary>Makes the column.</summary>
    /// <param name="values">One value for each row.</param>
    /// <param name="nulls">Rows that are null whatever their value; null when none is.</param>
    public abstract Column Create(T[] values, bool[]? nulls);
}

/// <summary>Chooses column factories.</summary>
internal static class ColumnFactory
{
    /// <summary>What is wrong with a CLR type for a field's type; null if it fits.</summary>
    public static string? FindFault(Type clrType, GraphQLType type, ClrTypes clrTypes)
    {
        try
        {
            Make(clrType, type, clrTypes);
            return null;
        }
        catch (NotSupportedException fault)
        {
            return fault.Message;
        }
    }

    /// <summary>A <see cref="ColumnFactory{T}"/> of the CLR type.</summary>
    /// <exception cref="NotSupportedException">The CLR type cannot be written as that type; the message says why.</exception>
    public static object Make(Type clrType, GraphQLType type, ClrTypes clrTypes)
    {
        var nullable = type.Nullable;
        if (System.Nullable.GetUnderlyingType(clrType) is { } underlying)
        {
            return Instantiate(typeof(NullableColumnFactory<>), [underlying], Make(underlying, nullable, clrTypes));
        }

        if (nullable is ListType list)
        {
            var itemType = FindItemType(clrType) ?? throw DoesNotFit(clrType, type, "a list is needed");
            return Instantiate(typeof(ListColumnFactory<,>), [clrType, itemType], Make(itemType, list.ItemType, clrTypes));
        }

        return nullable switch
        {
            ObjectType objectType => MakeObject(clrType, objectType, clrTypes),
            InterfaceType or UnionType => Instantiate(typeof(AbstractColumnFactory<>), [clrType], nullable, clrTypes),
            EnumType enumType when clrType.IsEnum => Instantiate(typeof(EnumColumnFactory<>), [clrType], enumType),
            EnumType when clrType == typeof(string) => LeafColumnFactories.Text,
            ScalarType scalar => LeafColumnFactories.Find(clrType, scalar) ?? throw DoesNotFit(clrType, type, LeafColumnFactories.Expected(scalar)),
            _ => throw DoesNotFit(clrType, type, "an enum or a string is needed"),
        };
    }

    private static object MakeObject(Type clrType, ObjectType objectType, ClrTypes clrTypes)
    {
        if (clrTypes.FindClrType(objectType) is { } bound && !bound.IsAssignableFrom(clrType))
        {
            throw DoesNotFit(clrType, objectType, $"{objectType.Name} is bound to the CLR type {bound.Name}");
        }

        return Instantiate(typeof(ObjectColumnFactory<>), [clrType], objectType);
    }

    private static Type? FindItemType(Type clrType)
    {
        if (clrType == typeof(string) || !clrType.IsAssignableTo(typeof(IEnumerable)))
        {
            return null;
        }

        return clrType.GetInterfaces().Append(clrType)
            .FirstOrDefault(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IEnumerable<>))?.GetGenericArguments()[0];
    }

    private static object Instantiate(Type generic, Type[] arguments, params object[] constructorArguments)
    {
        try
        {
            return Activator.CreateInstance(generic.MakeGenericType(arguments), constructorArguments)!;
        }
        catch (System.Reflection.TargetInvocationException wrapped) when (wrapped.InnerException is NotSupportedException fault)
        {
            throw new NotSupportedException(fault.Message, fault);
        }
    }

    private static NotSupportedException DoesNotFit(Type clrType, GraphQLType type, string why) =>
        new($"has the type {type}, but its resolver yields {clrType.Name}: {why}");
}
