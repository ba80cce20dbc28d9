"""What a data type is, and the kinds of them."""

from __future__ import annotations

from types import MethodType


class DataTypeClass(type):
    """The class of types: makes `Int64 == Int64()` hold."""

    def __eq__(cls, other):
        if isinstance(other, DataTypeClass):
            return cls is other
        if isinstance(other, DataType):
            return cls is type(other)
        return NotImplemented

    def __hash__(cls):
        return hash(cls.__name__)

    def __repr__(cls):
        return cls.__name__


class _OfClassOrInstance:
    """A method that a class (`Int64`) has as its instances have it (`Datetime("ms")`)."""

    def __init__(self, function):
        self._function = function

    def __get__(self, instance, owner):
        return MethodType(self._function, owner if instance is None else instance)


class DataType(metaclass=DataTypeClass):
    """A column's type. `sql` is how the engine spells it."""

    sql: str | None = None
    short: str = "?"  # in printed tables
    parameters: tuple = ()

    @_OfClassOrInstance
    def __arrow_c_schema__(self):
        from .interchange.arrow_types import capsule_of_type
        return capsule_of_type(self)

    def __eq__(self, other):
        if isinstance(other, DataTypeClass):
            return type(self) is other
        if isinstance(other, DataType):
            return type(self) is type(other) and self.parameters == other.parameters
        return NotImplemented

    def __hash__(self):
        return hash(type(self).__name__)

    def __repr__(self):
        return type(self).__name__

    @classmethod
    def base_type(cls):
        """The class of the type, without its parameters.

        Returns
        -------
        type

        Examples
        --------
        >>> dl.Datetime("us").base_type()
        Datetime
        """
        return cls

    @classmethod
    def is_numeric(cls):
        """Whether it is a number: an integer, a float or a decimal.

        Returns
        -------
        bool

        Examples
        --------
        >>> dl.Int64.is_numeric(), dl.String.is_numeric()
        (True, False)
        """
        return issubclass(cls, NumericType)

    @classmethod
    def is_integer(cls):
        """Whether it is an integer.

        Returns
        -------
        bool

        Examples
        --------
        >>> dl.Int64.is_integer()
        True
        """
        return issubclass(cls, IntegerType)

    @classmethod
    def is_signed_integer(cls):
        """Whether it is an integer with a sign.

        Returns
        -------
        bool

        Examples
        --------
        >>> dl.UInt8.is_signed_integer()
        False
        """
        return issubclass(cls, SignedIntegerType)

    @classmethod
    def is_unsigned_integer(cls):
        """Whether it is an integer without a sign.

        Returns
        -------
        bool

        Examples
        --------
        >>> dl.UInt8.is_unsigned_integer()
        True
        """
        return issubclass(cls, UnsignedIntegerType)

    @classmethod
    def is_float(cls):
        """Whether it is a float.

        Returns
        -------
        bool

        Examples
        --------
        >>> dl.Float32.is_float()
        True
        """
        return issubclass(cls, FloatType)

    @classmethod
    def is_decimal(cls):
        """Whether it is a decimal.

        Returns
        -------
        bool

        Examples
        --------
        >>> dl.Decimal(5, 2).is_decimal()
        True
        """
        from .datatypes import Decimal
        return issubclass(cls, Decimal)

    @classmethod
    def is_temporal(cls):
        """Whether it is a date, a time, an instant or a span.

        Returns
        -------
        bool

        Examples
        --------
        >>> dl.Date.is_temporal()
        True
        """
        return issubclass(cls, TemporalType)

    @classmethod
    def is_nested(cls):
        """Whether it is a list, an array or a struct.

        Returns
        -------
        bool

        Examples
        --------
        >>> dl.List(dl.Int8).is_nested()
        True
        """
        return issubclass(cls, NestedType)

    @classmethod
    def is_(cls, other):
        """Whether it is another type.

        Parameters
        ----------
        other : data type
            The other one.

        Returns
        -------
        bool

        Examples
        --------
        >>> dl.Int64.is_(dl.Int64)
        True
        """
        return cls == other


class NumericType(DataType):
    pass


class IntegerType(NumericType):
    pass


class SignedIntegerType(IntegerType):
    pass


class UnsignedIntegerType(IntegerType):
    pass


class FloatType(NumericType):
    pass


class TemporalType(DataType):
    pass


class NestedType(DataType):
    pass
