//! Frames of the long connection (Feishu §5.3): proto2, whose required fields are written even when they are 0.

use prost::Message;

/// The kinds of frames, in [`Frame::method`].
pub(super) const CONTROL: i32 = 0;
/// A frame with an event.
pub(super) const DATA: i32 = 1;

/// One binary message of the socket.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Frame {
    /// Set by the server, echoed in the reply.
    #[prost(uint64, required, tag = "1")]
    pub(super) seq_id: u64,
    /// Set by the server, echoed in the reply.
    #[prost(uint64, required, tag = "2")]
    pub(super) log_id: u64,
    /// `service_id` of the socket's address.
    #[prost(int32, required, tag = "3")]
    pub(super) service: i32,
    /// [`CONTROL`] or [`DATA`].
    #[prost(int32, required, tag = "4")]
    pub(super) method: i32,
    /// What the frame is about.
    #[prost(message, repeated, tag = "5")]
    pub(super) headers: Vec<Header>,
    /// A content encoding; unused.
    #[prost(string, optional, tag = "6")]
    pub(super) payload_encoding: Option<String>,
    /// A content type; unused.
    #[prost(string, optional, tag = "7")]
    pub(super) payload_type: Option<String>,
    /// JSON.
    #[prost(bytes = "vec", optional, tag = "8")]
    pub(super) payload: Option<Vec<u8>>,
    /// A log id in text form.
    #[prost(string, optional, tag = "9")]
    pub(super) log_id_new: Option<String>,
}

/// A header of a frame.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Header {
    /// Its name.
    #[prost(string, required, tag = "1")]
    pub(super) key: String,
    /// Its value.
    #[prost(string, required, tag = "2")]
    pub(super) value: String,
}

impl Frame {
    /// The frame that keeps the connection alive (§5.4).
    pub(super) fn ping(service: i32) -> Self {
        let headers = vec![Header { key: "type".to_owned(), value: "ping".to_owned() }];
        Self { service, method: CONTROL, headers, ..Self::default() }
    }

    /// The reply to this data frame (§5.5): the same frame with the handling time and the answer.
    pub(super) fn reply(mut self, milliseconds: u128, payload: Vec<u8>) -> Self {
        self.headers.push(Header { key: "biz_rt".to_owned(), value: milliseconds.to_string() });
        self.payload = Some(payload);
        self
    }

    /// The first header `key`.
    pub(super) fn header(&self, key: &str) -> Option<&str> {
        self.headers.iter().find(|header| header.key == key).map(|header| header.value.as_str())
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    pub(crate) const SERVICE: i32 = 33_554_678;
    const PING: &str = "0800100018f681801020002a0c0a0474797065120470696e67";
    const PONG: &str = "0800100018f681801020002a0c0a04747970651204706f6e6742547b225265636f6e6e656374436f756e74223a2d312c225265636f6e6e656374496e74657276616c223a3132302c225265636f6e6e6563744e6f6e6365223a33302c2250696e67496e74657276616c223a3132307d";
    pub(crate) const DATA_BYTES: &str = "0801100218f681801020012a0d0a047479706512056576656e742a130a0a6d6573736167655f696412056d73672d312a080a0373756d1201312a080a037365711201302a100a0874726163655f6964120474722d31425d7b22736368656d61223a22322e30222c22686561646572223a7b226576656e745f6964223a2265765f31222c226576656e745f74797065223a22696d2e6d6573736167652e726563656976655f7631227d2c226576656e74223a7b7d7d";
    const REPLY: &str = "0801100218f681801020012a0d0a047479706512056576656e742a130a0a6d6573736167655f696412056d73672d312a080a0373756d1201312a080a037365711201302a100a0874726163655f6964120474722d312a0b0a0662697a5f727412013742277b22636f6465223a3230302c2268656164657273223a6e756c6c2c2264617461223a6e756c6c7d";
    const CARD_REPLY: &str = "0801100218f681801020012a0d0a047479706512056576656e742a130a0a6d6573736167655f696412056d73672d312a080a0373756d1201312a080a037365711201302a100a0874726163655f6964120474722d312a0b0a0662697a5f727412013742617b22636f6465223a3230302c2268656164657273223a6e756c6c2c2264617461223a2265794a306232467a6443493665794a306558426c496a6f696333566a5932567a63794973496d4e76626e526c626e51694f694a7661794a3966513d3d227d";

    fn frame(hex_bytes: &str) -> Frame {
        Frame::decode(hex::decode(hex_bytes).unwrap().as_slice()).unwrap()
    }

    fn bytes(frame: &Frame) -> String {
        hex::encode(frame.encode_to_vec())
    }

    #[test]
    fn s5_7_ping() {
        assert_eq!(bytes(&Frame::ping(SERVICE)), PING);
    }

    #[test]
    fn s5_7_pong() {
        let pong = frame(PONG);
        assert_eq!((pong.method, pong.header("type")), (CONTROL, Some("pong")));
        let payload = String::from_utf8(pong.payload.clone().unwrap()).unwrap();
        assert_eq!(payload, r#"{"ReconnectCount":-1,"ReconnectInterval":120,"ReconnectNonce":30,"PingInterval":120}"#);
        assert_eq!(bytes(&pong), PONG);
    }

    #[test]
    fn s5_7_data() {
        let data = frame(DATA_BYTES);
        assert_eq!((data.seq_id, data.log_id, data.service, data.method), (1, 2, SERVICE, DATA));
        let headers: Vec<(&str, &str)> =
            data.headers.iter().map(|header| (header.key.as_str(), header.value.as_str())).collect();
        let expected = [("type", "event"), ("message_id", "msg-1"), ("sum", "1"), ("seq", "0"), ("trace_id", "tr-1")];
        assert_eq!(headers, expected);
        assert_eq!(data.payload.as_ref().unwrap().len(), 93);
        assert_eq!(bytes(&data), DATA_BYTES);
    }

    #[test]
    fn s5_7_replies() {
        let event = frame(DATA_BYTES).reply(7, br#"{"code":200,"headers":null,"data":null}"#.to_vec());
        assert_eq!(bytes(&event), REPLY);
        let payload =
            br#"{"code":200,"headers":null,"data":"eyJ0b2FzdCI6eyJ0eXBlIjoic3VjY2VzcyIsImNvbnRlbnQiOiJvayJ9fQ=="}"#;
        assert_eq!(bytes(&frame(DATA_BYTES).reply(7, payload.to_vec())), CARD_REPLY);
    }

    #[test]
    fn s5_3_empty_optional_fields_and_unknown_fields_are_taken() {
        let with_empty = format!("{PING}32003a004a00");
        let read = frame(&with_empty);
        assert_eq!((read.payload_encoding.as_deref(), read.log_id_new.as_deref()), (Some(""), Some("")));
        // Field 15, two bytes.
        assert_eq!(frame(&format!("{PING}7a026869")), frame(PING));
    }

    proptest! {
        #[test]
        fn malformed_frames_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = Frame::decode(bytes.as_slice());
        }

        #[test]
        fn cut_frames_never_panic(length in 0usize..180) {
            let whole = hex::decode(DATA_BYTES).unwrap();
            let _ = Frame::decode(&whole[..length]);
        }
    }
}
