//! Tables of text from and to xlsx and csv.
//!
//! A table is read as a person sees it in a spreadsheet: every cell is text. Sizes are limited, so that a file made to
//! exhaust the machine is refused instead.

use std::io::Cursor;

use calamine::{DataRef, Reader as _, Xlsx};
use rust_xlsxwriter::{Color, Format, FormatAlign, Workbook};

/// The largest file that is read, in bytes.
pub const LARGEST_FILE: usize = 20 * 1024 * 1024;
/// The most rows that are read.
pub const MOST_ROWS: usize = 100_001;
/// The most columns that are read; what stands further right is left out.
pub const MOST_COLUMNS: usize = 200;

/// Rows of cells. Rows may have different lengths; trailing empty rows are left out.
pub type Rows = Vec<Vec<String>>;

/// A file that is no table, or too large a one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SheetError {
    /// Larger than [`LARGEST_FILE`].
    #[error("the file is larger than {LARGEST_FILE} bytes")]
    TooLarge,
    /// More rows than [`MOST_ROWS`].
    #[error("the table has more than {MOST_ROWS} rows")]
    TooManyRows,
    /// Nothing in it.
    #[error("the file is empty")]
    Empty,
    /// Neither xlsx nor text.
    #[error("neither an xlsx workbook nor a text table: {0}")]
    Unreadable(String),
}

/// What a file is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A workbook of Excel 2007 and later, of WPS and of everything else.
    Xlsx,
    /// Comma-separated text in UTF-8 with a byte order mark, which Excel needs to recognise it.
    Csv,
}

impl Kind {
    /// The media type to send with a file.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Csv => "text/csv; charset=utf-8",
        }
    }

    /// The ending of a file's name.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Csv => "csv",
        }
    }
}

/// Reads a table: the first sheet of a workbook, or text separated by commas, semicolons or tabs, in UTF-8 (with or without
/// a byte order mark), UTF-16 with a mark, or GB18030, in which Excel in China saves csv.
///
/// # Errors
/// When it is neither, or too large.
pub fn read(file: &[u8]) -> Result<Rows, SheetError> {
    if file.len() > LARGEST_FILE {
        return Err(SheetError::TooLarge);
    }
    let mut rows = if file.starts_with(b"PK") { read_xlsx(file)? } else { read_csv(file)? };
    while rows.last().is_some_and(|row| row.iter().all(|cell| cell.trim().is_empty())) {
        rows.pop();
    }
    if rows.is_empty() { Err(SheetError::Empty) } else { Ok(rows) }
}

/// Cells are read one by one: a workbook that claims a corner a million rows away costs nothing.
fn read_xlsx(file: &[u8]) -> Result<Rows, SheetError> {
    let unreadable = |error: &dyn std::fmt::Display| SheetError::Unreadable(error.to_string());
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(file)).map_err(|error| unreadable(&error))?;
    let name = book.sheet_names().first().cloned().ok_or(SheetError::Empty)?;
    let mut cells = book.worksheet_cells_reader(&name).map_err(|error| unreadable(&error))?;
    let mut rows = Rows::new();
    while let Some(cell) = cells.next_cell().map_err(|error| unreadable(&error))? {
        let (row, column) = cell.get_position();
        let (row, column) = (row as usize, column as usize);
        let text = text(cell.get_value());
        if text.is_empty() || column >= MOST_COLUMNS {
            continue;
        }
        if row >= MOST_ROWS {
            return Err(SheetError::TooManyRows);
        }
        if rows.len() <= row {
            rows.resize_with(row + 1, Vec::new);
        }
        if let Some(cells) = rows.get_mut(row) {
            if cells.len() <= column {
                cells.resize(column + 1, String::new());
            }
            cells[column] = text;
        }
    }
    Ok(rows)
}

fn text(value: &DataRef<'_>) -> String {
    match value {
        DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        // A mobile number typed into a cell without format is a number; it is shown without a fraction or exponent.
        DataRef::Float(number) if number.fract() == 0.0 && number.abs() < 1e15 => format!("{number:.0}"),
        DataRef::Float(number) => number.to_string(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Bool(truth) => truth.to_string(),
        DataRef::DateTime(moment) => moment.to_string(),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::Error(_) | DataRef::Empty => String::new(),
    }
}

/// RFC 4180, forgiving: every line counts, also an empty one, so that an error names the row that a spreadsheet shows.
fn read_csv(file: &[u8]) -> Result<Rows, SheetError> {
    let text = decode(file)?;
    let delimiter = delimiter(&text);
    let mut rows = Rows::new();
    let (mut row, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    let mut signs = text.chars().peekable();
    while let Some(sign) = signs.next() {
        match sign {
            '"' if quoted && signs.peek() == Some(&'"') => {
                signs.next();
                cell.push('"');
            }
            '"' if quoted || cell.is_empty() => quoted = !quoted,
            sign if quoted => cell.push(sign),
            '\r' if signs.peek() == Some(&'\n') => {}
            '\n' | '\r' => {
                end_cell(&mut row, &mut cell);
                rows.push(std::mem::take(&mut row));
                if rows.len() > MOST_ROWS {
                    return Err(SheetError::TooManyRows);
                }
            }
            sign if sign == delimiter => end_cell(&mut row, &mut cell),
            sign => cell.push(sign),
        }
    }
    if !cell.is_empty() || !row.is_empty() {
        end_cell(&mut row, &mut cell);
        rows.push(row);
    }
    if rows.len() > MOST_ROWS { Err(SheetError::TooManyRows) } else { Ok(rows) }
}

fn end_cell(row: &mut Vec<String>, cell: &mut String) {
    let cell = std::mem::take(cell);
    if row.len() < MOST_COLUMNS {
        row.push(cell);
    }
}

/// The text of a file: by its mark, else as UTF-8, else as GB18030.
fn decode(file: &[u8]) -> Result<String, SheetError> {
    let encoding = match encoding_rs::Encoding::for_bom(file) {
        Some((encoding, _)) => encoding,
        None if std::str::from_utf8(file).is_ok() => encoding_rs::UTF_8,
        None => encoding_rs::GB18030,
    };
    let (text, _, damaged) = encoding.decode(file);
    if damaged || text.contains('\0') {
        return Err(SheetError::Unreadable(format!("not readable as {}", encoding.name())));
    }
    Ok(text.into_owned())
}

/// What separates the cells: whichever of the three is most frequent in the first line.
fn delimiter(text: &str) -> char {
    let line = text.lines().next().unwrap_or_default();
    let count = |sign: char| line.chars().filter(|char| *char == sign).count();
    let (mut best, mut most) = (',', count(','));
    for sign in ['\t', ';'] {
        if count(sign) > most {
            (best, most) = (sign, count(sign));
        }
    }
    best
}

/// A table to be written: a heading, and rows below it.
#[derive(Debug, Clone, Copy)]
pub struct Table<'a> {
    /// The name of the sheet.
    pub name: &'a str,
    /// The heading of each column and its width in characters.
    pub columns: &'a [(&'a str, u16)],
    /// The rows.
    pub rows: &'a [Vec<String>],
    /// The name and the lines of a second sheet that explains the first; csv has none.
    pub notes: Option<(&'a str, &'a [Vec<String>])>,
}

/// Writes a table. Every cell is text, so that a number keeps its leading zeros and nothing becomes a formula.
///
/// # Errors
/// When it is larger than the format allows.
pub fn write(kind: Kind, table: Table<'_>) -> Result<Vec<u8>, SheetError> {
    match kind {
        Kind::Xlsx => write_xlsx(table).map_err(|error| SheetError::Unreadable(error.to_string())),
        Kind::Csv => Ok(write_csv(table)),
    }
}

fn write_xlsx(table: Table<'_>) -> Result<Vec<u8>, rust_xlsxwriter::XlsxError> {
    let mut book = Workbook::new();
    let head =
        Format::new().set_bold().set_align(FormatAlign::VerticalCenter).set_background_color(Color::RGB(0x00EA_F1FB));
    let plain = Format::new().set_num_format("@");
    let sheet = book.add_worksheet();
    sheet.set_name(table.name)?;
    for (column, (title, width)) in (0_u16..).zip(table.columns) {
        sheet.set_column_width(column, *width)?;
        sheet.set_column_format(column, &plain)?;
        sheet.write_string_with_format(0, column, *title, &head)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    for (row, cells) in (1_u32..).zip(table.rows) {
        for (column, cell) in (0_u16..).zip(cells) {
            sheet.write_string_with_format(row, column, cell, &plain)?;
        }
    }
    if let Some((name, lines)) = table.notes {
        let sheet = book.add_worksheet();
        sheet.set_name(name)?;
        sheet.set_column_width(0, 18)?;
        sheet.set_column_width(1, 90)?;
        for (row, cells) in (0_u32..).zip(lines) {
            for (column, cell) in (0_u16..).zip(cells) {
                sheet.write_string(row, column, cell)?;
            }
        }
    }
    book.save_to_buffer()
}

fn write_csv(table: Table<'_>) -> Vec<u8> {
    let mut text = String::from("\u{FEFF}");
    let mut line = |cells: &mut dyn Iterator<Item = String>| {
        let cells: Vec<String> = cells.map(|cell| in_quotes(&cell)).collect();
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    };
    line(&mut table.columns.iter().map(|(title, _)| (*title).to_owned()));
    for row in table.rows {
        line(&mut row.iter().map(|cell| harmless(cell)));
    }
    text.into_bytes()
}

fn in_quotes(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r', ';', '\t']) || cell.starts_with(' ') || cell.ends_with(' ') {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

/// A cell that a spreadsheet would run as a formula gets an apostrophe in front, which the spreadsheet does not show.
fn harmless(cell: &str) -> String {
    let formula = cell.starts_with(['=', '@', '\t', '\r'])
        || (cell.starts_with(['+', '-']) && cell.contains(|c: char| c.is_ascii_alphabetic() || matches!(c, '(' | '|')));
    if formula { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table<'a>(rows: &'a [Vec<String>]) -> Table<'a> {
        Table { name: "人员", columns: &[("姓名", 12), ("手机号", 16)], rows, notes: None }
    }

    fn rows(cells: &[&[&str]]) -> Rows {
        cells.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect()
    }

    #[test]
    fn h5_what_is_written_reads_back() {
        let body = rows(&[&["李强", "013800000000"], &["张 三", "+1 202 555 0100"], &["逗,号", "引\"号\n换行"]]);
        for kind in [Kind::Xlsx, Kind::Csv] {
            let file = write(kind, table(&body)).unwrap();
            let read = read(&file).unwrap();
            assert_eq!(read[0], ["姓名", "手机号"]);
            assert_eq!(read[1..], body[..], "{kind:?}");
        }
    }

    #[test]
    fn h5_csv_begins_with_a_byte_order_mark_and_is_read_in_every_encoding() {
        let expected = rows(&[&["姓名", "手机号"], &["李强", "13800000000"]]);
        let file = write(Kind::Csv, table(&expected[1..])).unwrap();
        assert!(file.starts_with(&[0xEF, 0xBB, 0xBF]));
        let text = "姓名,手机号\r\n李强,13800000000\r\n";
        let (chinese, _, _) = encoding_rs::GB18030.encode(text);
        let mut wide: Vec<u8> = vec![0xFF, 0xFE];
        wide.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
        let files = [file, text.as_bytes().to_vec(), chinese.into_owned(), wide];
        for (index, file) in files.iter().enumerate() {
            assert_eq!(read(file).unwrap(), expected, "{index}");
        }
        for (text, sign) in [("姓名\t手机号\n李强\t13800000000", "tab"), ("姓名;手机号\n李强;13800000000", ";")]
        {
            assert_eq!(read(text.as_bytes()).unwrap(), expected, "{sign}");
        }
    }

    #[test]
    fn an_empty_line_keeps_its_number_and_trailing_ones_are_left_out() {
        let read_rows = read("姓名,手机号\n\n李强,1\n,\n".as_bytes()).unwrap();
        assert_eq!(read_rows.len(), 3);
        assert_eq!(read_rows[1], [""]);
        assert_eq!(read_rows[2], ["李强", "1"]);
    }

    #[test]
    fn what_is_no_table_is_refused_in_words() {
        assert_eq!(read(b""), Err(SheetError::Empty));
        assert_eq!(read(b" \n , \n"), Err(SheetError::Empty));
        assert!(matches!(read(b"PK\x03\x04 not a workbook"), Err(SheetError::Unreadable(_))));
        assert!(matches!(read(&[0x00, 0x01, 0x02, 0xFF, 0xFE]), Err(SheetError::Unreadable(_))));
        assert_eq!(read(&vec![b'a'; LARGEST_FILE + 1]), Err(SheetError::TooLarge));
        assert_eq!(read("a\n".repeat(MOST_ROWS + 1).as_bytes()), Err(SheetError::TooManyRows));
    }

    #[test]
    fn numbers_are_read_as_they_are_seen() {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        sheet.write_number(0, 0, 13_800_000_000_f64).unwrap();
        sheet.write_number(0, 1, 1.5).unwrap();
        sheet.write_boolean(0, 2, true).unwrap();
        sheet.write_string(40, 300, "too far right").unwrap();
        let file = book.save_to_buffer().unwrap();
        assert_eq!(read(&file).unwrap(), rows(&[&["13800000000", "1.5", "true"]]));
    }

    #[test]
    fn a_workbook_with_a_far_corner_is_refused_and_not_filled() {
        let mut book = Workbook::new();
        book.add_worksheet().write_string(1_048_575, 0, "x").unwrap();
        assert_eq!(read(&book.save_to_buffer().unwrap()), Err(SheetError::TooManyRows));
    }

    #[test]
    fn no_cell_of_a_csv_file_is_run_as_a_formula() {
        let body = rows(&[&["=1+1", "@SUM(A1)"], &["+8613800000000", "-cmd|' /C calc'!A0"]]);
        let file = String::from_utf8(write(Kind::Csv, table(&body)).unwrap()).unwrap();
        assert!(file.contains("'=1+1,'@SUM(A1)"), "{file}");
        assert!(file.contains("\n+8613800000000,'-cmd"), "a telephone number stays as it is: {file}");
    }
}
